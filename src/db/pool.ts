/** Connection pools. One per process and database role; queries are the business of the files beside this one. */

import { createPgDriverFactory } from '@slonik/pg-driver';
import { createPool, type DatabasePool, type Interceptor, SchemaValidationError, sql as slonikSql } from 'slonik';

/** Rows of these types arrive as text from the driver; ISO strings are also what the API sends on. Nulls reach a parser from inside arrays. */
const TYPE_PARSERS = [
  { name: 'int8', parse: unlessNull(parseSafeInteger) },
  { name: 'numeric', parse: unlessNull(Number.parseFloat) },
  { name: 'date', parse: unlessNull((text) => text) },
  { name: 'timestamptz', parse: unlessNull((text) => new Date(text).toISOString()) },
];

function unlessNull<T>(parse: (text: string) => T): (text: string | null) => T | null {
  return (text) => (text === null ? null : parse(text));
}

/** Counts and sequence numbers of ours stay far below 2^53; one that does not is a fault, not a rounding. */
function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a number`);
  return value;
}

/** Every row is checked against the schema its statement names; a mismatch is an error, never a surprise later. */
const validateRows: Interceptor = {
  name: 'validateRows',
  transformRow: (context, query, row) => {
    const schema = context.resultParser;
    if (!schema) return row;
    const result = schema['~standard'].validate(row);
    if (result instanceof Promise) throw new TypeError('row schemas must be synchronous');
    if (result.issues) throw new SchemaValidationError(query, row, [...result.issues]);
    return result.value as typeof row;
  },
};

/** `sql` tag of the whole room: `sql.type(schema)` for rows, `sql.unsafe` where no row is read, `sql.fragment` for parts. */
export const sql = slonikSql;

/** How many connections, and under which name they show in pg_stat_activity. */
export type PoolOptions = { readonly maxPoolSize: number; readonly applicationName: string };

/**
 * Opens a pool for `uri`. Scopes are transaction-local and slonik resets connections with DISCARD ALL
 * before re-use, so a connection cannot carry one request's scope into the next (LESSONS 0.10).
 */
export function openPool(uri: string, options: PoolOptions): Promise<DatabasePool> {
  const url = new URL(uri);
  url.searchParams.set('application_name', options.applicationName);
  return createPool(url.href, {
    driverFactory: createPgDriverFactory(),
    interceptors: [validateRows],
    typeParsers: TYPE_PARSERS,
    maxPoolSize: options.maxPoolSize,
    captureStackTrace: false,
    // Idle connections are kept a while: a new one costs a fork of the server.
    idleTimeout: 60_000,
    statementTimeout: 30_000,
    idleInTransactionSessionTimeout: 30_000,
  });
}
