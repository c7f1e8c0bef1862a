/** What the address of an audit log holds: the dashboard's and the auditor's. */

import { text } from '../../search.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function day(value: unknown): string | undefined {
  const given = text(value);
  return given !== undefined && DAY.test(given) ? given : undefined;
}

/** `from` and `to` are days of the viewer's own zone; `entry` is the one unfolded: chain and place. */
export function auditSearch(search: Readonly<Record<string, unknown>>) {
  return {
    type: text(search['type']),
    actor: text(search['actor']),
    from: day(search['from']),
    to: day(search['to']),
    session: text(search['session']),
    entry: text(search['entry']),
  };
}

/** What an audit log is narrowed to, as read from the address; `log` is the dashboard's alone. */
export type AuditSearch = Partial<ReturnType<typeof auditSearch>> & { readonly log?: 'msp' | undefined };
