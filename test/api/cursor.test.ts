/** Paging, on a list in memory. */

import { describe, expect, it } from 'vitest';
import { keyOfName, nameKey, readPage, type Slice } from '../../src/api/cursor.ts';
import { RefusedError } from '../../src/domain/refusal.ts';

type Row = { readonly name: string; readonly id: string };

const ROWS: readonly Row[] = [1, 2, 3, 4, 5].map((nr) => ({
  name: nr < 3 ? 'a' : 'b',
  id: `00000000-0000-4000-8000-00000000000${nr}`,
}));

async function read({ after, limit }: Slice<Row>): Promise<readonly Row[]> {
  const from = after === null ? 0 : ROWS.findIndex(({ id }) => id === after.id) + 1;
  return ROWS.slice(from, from + limit);
}

function pageOf(limit: number, cursor?: string) {
  return readPage({ limit, cursor }, nameKey, read, keyOfName);
}

describe('readPage', () => {
  it('goes through all rows, namesakes too, without a gap or a repetition', async () => {
    const seen: Row[] = [];
    let cursor: string | undefined;
    do {
      const { items, next_cursor } = await pageOf(2, cursor);
      seen.push(...items);
      cursor = next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(ROWS);
  });

  it('names no next page when the rows end with this one (an empty page would follow)', async () => {
    expect((await pageOf(5)).next_cursor).toBeNull();
    expect((await pageOf(4)).next_cursor).not.toBeNull();
  });

  it('refuses a cursor that is not one of the list', async () => {
    const other = Buffer.from(JSON.stringify({ version: 3 })).toString('base64url');
    for (const cursor of ['', '!', other]) await expect(pageOf(2, cursor)).rejects.toThrow(RefusedError);
  });
});
