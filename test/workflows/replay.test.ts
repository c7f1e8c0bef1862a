import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundleWorkflows, historyNames, replayHistory } from '../support/replay.ts';

const bundle = await bundleWorkflows();

describe('the present workflows', () => {
  it.each(historyNames())('go the way of the kept history %s', async (name) => {
    await expect(replayHistory(bundle, name)).resolves.toBeUndefined();
  });
});

it('a workflow that acts otherwise is found out (a control)', async () => {
  const other = await bundleWorkflows(fileURLToPath(new URL('./fixtures/otherFeedSync.ts', import.meta.url)));
  await expect(replayHistory(other, 'feedSync-refused')).rejects.toThrow(/[Nn]ondeterminism/);
});
