import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { faultsOf } from '../../src/api/faults.ts';

const faults = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues.flatMap((issue) => faultsOf(issue));
const rotation = z.union([z.enum(['daily', 'weekly']), z.strictObject({ every: z.int().min(1) })]);

describe('faults of a request', () => {
  it('point at their place, with the characters of a pointer escaped', () => {
    expect(faults(z.object({ 'a/b~c': z.array(z.literal('x', 'an x')) }), { 'a/b~c': ['x', 'y'] })).toEqual([
      { pointer: '/a~1b~0c/1', message: 'an x' },
    ]);
  });

  it('of a union are those of the alternative that was meant', () => {
    const emptied = z.literal('').transform(() => null);
    const named = z.string().regex(/^#/, 'must be #rrggbb');
    expect(faults(z.object({ color: z.union([emptied, named]) }), { color: 'navy' })).toEqual([
      { pointer: '/color', message: 'must be #rrggbb' },
    ]);
    expect(faults(z.object({ layers: z.array(rotation) }), { layers: ['daily', { every: 0 }] })).toEqual([
      { pointer: '/layers/1/every', message: 'Too small: expected number to be >=1' },
    ]);
  });

  it('of a union name what there is where nothing was meant', () => {
    expect(faults(rotation, 'hourly')).toEqual([
      {
        pointer: '/',
        message:
          'Invalid option: expected one of "daily"|"weekly"; or: Invalid input: expected object, received string',
      },
    ]);
  });
});
