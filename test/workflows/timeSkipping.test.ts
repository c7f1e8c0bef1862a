import { fileURLToPath } from 'node:url';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTimeSkippingEnvironment } from '../support/timeSkipping.ts';

let env: Awaited<ReturnType<typeof createTimeSkippingEnvironment>>;
beforeAll(async () => {
  env = await createTimeSkippingEnvironment();
}, 300_000);
afterAll(() => env?.teardown());

it('passes an hour in seconds, and knows the hub’s search attributes', async () => {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: 'time-skipping',
    workflowsPath: fileURLToPath(new URL('./fixtures/hourTimer.ts', import.meta.url)),
  });
  const started = performance.now();
  const waitedMs = await worker.runUntil(
    env.client.workflow.execute('hourTimer', {
      taskQueue: 'time-skipping',
      workflowId: 'hour',
      typedSearchAttributes: [
        { key: defineSearchAttributeKey('TenantId', SearchAttributeType.KEYWORD), value: 'acme' },
      ],
    }),
  );
  expect(waitedMs).toBeGreaterThanOrEqual(3_600_000);
  expect(performance.now() - started).toBeLessThan(20_000);
});
