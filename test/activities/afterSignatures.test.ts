/** What follows a signature without being asked. */

import { expect, it } from 'vitest';
import { afterSignatures } from '../../src/activities/afterSignatures.ts';

it('runs one pass for the signatures of a moment, and one more for a signature during it', async () => {
  let passes = 0;
  let duringPass = (): void => undefined;
  const { followed, idle } = afterSignatures(
    async () => {
      passes += 1;
      duringPass();
    },
    () => undefined,
  );
  const { sign } = followed({ sign: async (text: string) => `${text} signed` });
  expect(await Promise.all([sign('a'), sign('b'), sign('c')])).toEqual(['a signed', 'b signed', 'c signed']);
  await idle();
  expect(passes).toBe(1);
  duringPass = () => {
    duringPass = () => undefined;
    void sign('e');
  };
  await sign('d');
  await idle();
  expect(passes).toBe(3);
});

it('never fails a signature because of the log, and tells of it', async () => {
  const failures: unknown[] = [];
  const { followed, idle } = afterSignatures(
    async () => {
      throw new Error('the database is away');
    },
    (error) => failures.push(error),
  );
  const { sign } = followed({ sign: async () => 'signed' });
  expect(await sign()).toBe('signed');
  await idle();
  expect(failures).toEqual([new Error('the database is away')]);
});

it('runs nothing after a signature that was refused', async () => {
  let passes = 0;
  const { followed, idle } = afterSignatures(
    async () => {
      passes += 1;
    },
    () => undefined,
  );
  const { sign } = followed({
    sign: async () => {
      throw new Error('refused');
    },
  });
  await expect(sign()).rejects.toThrow('refused');
  await idle();
  expect(passes).toBe(0);
});
