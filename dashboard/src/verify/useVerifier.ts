/** The worker as the page sees it. */

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Check } from '../../../src/domain/verification/report.ts';
import type { VerifyJob, VerifyNews } from './job.ts';

/** One verification on the screen. */
export type Run = {
  readonly name: string;
  readonly checks: readonly Check[];
  /** Bytes read so far, and how many there are to read. */
  readonly read: number;
  readonly total: number;
  /** Null while it runs. */
  readonly exitCode: number | null;
};

/** What to verify under which name; `total` are the bytes of all passes. */
export type NamedJob = { readonly name: string; readonly total: number; readonly job: VerifyJob };

/** Loads the worker at once, so that the network may go away afterwards. */
export function useVerifier() {
  const worker = useRef<Worker | null>(null);
  const isBusy = useRef(false);
  const [isReady, setIsReady] = useState(false);
  const [runs, setRuns] = useState<readonly Run[]>([]);

  /** A worker with nothing to do; one that is at work is ended, and another loaded. */
  const idleWorker = useCallback((): Worker => {
    if (worker.current !== null && !isBusy.current) return worker.current;
    worker.current?.terminate();
    const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'verifier' });
    started.addEventListener('message', () => setIsReady(true), { once: true });
    worker.current = started;
    isBusy.current = false;
    return started;
  }, []);
  useEffect(() => {
    idleWorker();
    return () => {
      worker.current?.terminate();
      worker.current = null;
    };
  }, [idleWorker]);

  /** Verifies one after the other; what ran before is dropped. */
  const verify = useCallback(
    async (jobs: readonly NamedJob[]): Promise<void> => {
      const mine = idleWorker();
      isBusy.current = true;
      setRuns(jobs.map(({ name, total }) => ({ name, total, checks: [], read: 0, exitCode: null })));
      for (const [at, { job }] of jobs.entries()) {
        await new Promise<void>((resolve) => {
          const hear = ({ data }: MessageEvent<VerifyNews>): void => {
            setRuns((old) => old.map((run, index) => (index === at ? heard(run, data) : run)));
            if (data.kind !== 'done') return;
            mine.removeEventListener('message', hear);
            resolve();
          };
          mine.addEventListener('message', hear);
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
          mine.postMessage(job);
        });
      }
      isBusy.current = false;
    },
    [idleWorker],
  );
  const clear = useCallback(() => {
    idleWorker();
    setRuns([]);
  }, [idleWorker]);
  return { runs, isReady, verify, clear };
}

function heard(run: Run, news: VerifyNews): Run {
  if (news.kind === 'check') return { ...run, checks: [...run.checks, news.check] };
  if (news.kind === 'progress') return { ...run, read: news.read };
  return news.kind === 'done' ? { ...run, exitCode: news.exitCode } : run;
}
