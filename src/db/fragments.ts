/** Pieces of SQL that several statements share: what src/domain says is rendered here once. */

import type { FragmentSqlToken } from 'slonik';
import { SEVERITIES } from '../domain/severity.ts';
import { sql } from './pool.ts';

/** A moment as text inside JSON that the database makes: ISO 8601 in UTC with milliseconds, as columns of rows are read. */
export function iso(moment: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** The place of a severity among all, from 1 for the worst. */
export function severityRank(severity: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`array_position(${sql.array([...SEVERITIES], 'text')}, ${severity})`;
}
