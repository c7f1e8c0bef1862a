/** Whether proven domains still show their TXT records. A domain whose record is gone is served on, and said to be open. */

import { Context } from '@temporalio/activity';
import type { DatabasePool } from 'slonik';
import { appendAudit } from '../db/audit.ts';
import { listServedDomains, markRecord, type ServedDomainRow } from '../db/branding.ts';
import { withSystem, withTenant } from '../db/scope.ts';
import { challengeName, isProven } from '../domain/customDomain.ts';

/** Looks up at once; a name server that does not answer takes seconds. */
const LOOKUPS_AT_ONCE = 10;
const DOMAINS_PER_PAGE = 200;

/** What the look-ups need. */
export type DomainRecordDeps = {
  readonly pool: DatabasePool;
  /** The TXT records of a name; null when the DNS did not answer, which says nothing of them. */
  readonly lookUpTxt: (name: string) => Promise<readonly string[] | null>;
};

/** How many domains were looked at, and how many of them showed no record or got no answer. */
export type DomainRecordsResult = { readonly domains: number; readonly missing: number; readonly unanswered: number };

/** Makes the activity. */
export function createDomainRecordActivities({ pool, lookUpTxt }: DomainRecordDeps) {
  /** Looks one up, and keeps what is new of it with its audit row. */
  async function check(served: ServedDomainRow): Promise<'there' | 'missing' | 'unanswered'> {
    const records = await lookUpTxt(challengeName(served.domain));
    if (records === null) return 'unanswered';
    const isThere = isProven(served.challenge, records);
    await withTenant(pool, served.tenant_id, async (tx) => {
      if (!(await markRecord(tx, served, isThere)) || isThere) return;
      await appendAudit(tx, {
        msp_id: served.msp_id,
        tenant_id: served.tenant_id,
        event_type: 'custom_domain_record_missing',
        actor: { kind: 'system' },
        event_data: { custom_domain: served.domain },
      });
    });
    return isThere ? 'there' : 'missing';
  }

  return {
    /** Looks every proven domain up. Tried again, it writes nothing down twice. */
    async checkDomainRecords(): Promise<DomainRecordsResult> {
      const seen = { there: 0, missing: 0, unanswered: 0 };
      let after: string | null = null;
      for (;;) {
        const page: readonly ServedDomainRow[] = await withSystem(pool, (tx) =>
          listServedDomains(tx, after, DOMAINS_PER_PAGE),
        );
        for (let at = 0; at < page.length; at += LOOKUPS_AT_ONCE) {
          for (const outcome of await Promise.all(page.slice(at, at + LOOKUPS_AT_ONCE).map(check))) seen[outcome] += 1;
          Context.current().heartbeat();
        }
        const last = page.at(-1);
        if (last === undefined || page.length < DOMAINS_PER_PAGE) break;
        after = last.domain;
      }
      const { there, missing, unanswered } = seen;
      return { domains: there + missing + unanswered, missing, unanswered };
    },
  };
}
