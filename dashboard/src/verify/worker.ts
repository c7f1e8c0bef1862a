/** Verifies away from the page, so that a large pack does not freeze it. One job at a time. */

import { runJob, type VerifyJob, type VerifyNews } from './job.ts';

addEventListener('message', ({ data }: MessageEvent<VerifyJob>) => {
  void runJob(data, (news) => postMessage(news));
});

const ready: VerifyNews = { kind: 'ready' };
postMessage(ready);
