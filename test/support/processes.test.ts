import { Connection } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { isAlive, spawnNode, startTemporalServer } from './processes.ts';

describe('the helpers for processes', () => {
  it('start a Temporal server that knows the search attributes, and end it', async () => {
    const temporal = await startTemporalServer();
    const connection = await Connection.connect({ address: temporal.address });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes ?? {})).toContain('EatNonce');
    await connection.close();
    await temporal.stop();
    expect(isAlive(temporal.process.pid)).toBe(false);
  });

  it('run a file on Node 24 with the given environment alone, and say what it wrote when it ends early', async () => {
    const failing = spawnNode('src/workers/migrate.ts');
    expect(await failing.exited).toBe(1);
    await expect(failing.waitFor(/never/)).rejects.toThrow('Set DATABASE_URL');
  });
});
