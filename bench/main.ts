/** Measurements that comments in src rest on: `npm run bench`. Starts a Postgres of its own and throws it away. */

import { startTestPostgres } from '../test/support/embeddedPostgres.ts';
import { benchCockpit } from './cockpit.ts';
import { benchGroups } from './groups.ts';
import { benchWebhooks } from './webhooks.ts';

const began = performance.now();
const say = (line: string): void => {
  process.stdout.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
};

say('starting Postgres');
const server = await startTestPostgres();
try {
  const result = await benchCockpit(server, say);
  say(
    `cockpit, ${result.tenants} tenants, ${result.openCves} open CVEs, median: ` +
      `${result.withIndexMs.toFixed(0)} ms with agent_cves_open_by_cve, ${result.withoutIndexMs.toFixed(0)} ms without (${result.ratio.toFixed(2)} times)`,
  );
  const groups = await benchGroups(server, say);
  say(
    `groups, ${groups.hosts} hosts, ${groups.groups} groups, ${groups.members} members: ${groups.fillMs.toFixed(0)} ms to fill, median ` +
      `${groups.quietMs.toFixed(0)} ms without a change, ${groups.changedMs.toFixed(0)} ms after a hundred, ${groups.oneHostMs.toFixed(0)} ms for one host`,
  );
  for (const { write, totalMs, triggerMs } of await benchWebhooks(server))
    say(`no webhooks, ${write}: ${totalMs.toFixed(2)} ms in Postgres, ${triggerMs.toFixed(2)} ms of it their trigger`);
} finally {
  await server.stop();
}
