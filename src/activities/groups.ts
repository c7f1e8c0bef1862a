/** The pass over dynamic groups, every five minutes. */

import type { DatabasePool } from 'slonik';
import { applyMembership, findChangedGroups, type GroupToCheck, listGroupsToCheck } from '../db/groupMembership.ts';
import { lockGroups } from '../db/groups.ts';
import { withSystem, withTenant } from '../db/scope.ts';

/** Groups that are evaluated by one statement; a hundred of the largest rules stay below Postgres's count of parameters. */
const GROUPS_PER_STATEMENT = 100;

/** Groups that are mended by one transaction: filling these with 10,000 hosts each stays far below the statement's time-out (bench/groups.ts). */
const GROUPS_PER_TRANSACTION = 5;

/** What a pass did. */
export type GroupMembershipReport = {
  readonly groups: number;
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
};

/** Makes the activities of groups. */
export function createGroupActivities(deps: { readonly pool: DatabasePool }) {
  return {
    /**
     * Finds the groups whose set of members has another hash than it should, all at once and without a lock; then mends
     * those, a few of one tenant a transaction, under the tenant's lock. Two passes at once do the work once.
     */
    async updateGroupMembership(): Promise<GroupMembershipReport> {
      const total = { groups: 0, changed: 0, added: 0, removed: 0 };
      for (let after: GroupToCheck | null = null; ; ) {
        const cursor: GroupToCheck | null = after;
        const page: readonly GroupToCheck[] = await withSystem(deps.pool, (tx) =>
          listGroupsToCheck(tx, cursor, GROUPS_PER_STATEMENT),
        );
        const last = page.at(-1);
        if (last === undefined) return total;
        const changed = await withSystem(deps.pool, (tx) => findChangedGroups(tx, page));
        for (const [tenantId, ofTenant] of Map.groupBy(changed, (group) => group.tenant_id)) {
          for (let start = 0; start < ofTenant.length; start += GROUPS_PER_TRANSACTION) {
            const done = await mend(deps.pool, tenantId, ofTenant.slice(start, start + GROUPS_PER_TRANSACTION));
            total.added += done.added;
            total.removed += done.removed;
          }
        }
        total.groups += page.length;
        total.changed += changed.length;
        after = last;
      }
    },
  };
}

function mend(
  pool: DatabasePool,
  tenantId: string,
  changed: readonly { readonly id: string; readonly msp_id: string }[],
): Promise<{ readonly added: number; readonly removed: number }> {
  const mspId = changed[0]?.msp_id ?? '';
  const ids = new Set(changed.map(({ id }) => id));
  return withTenant(pool, tenantId, async (tx) => {
    // The rules as they are now that nobody else may change them.
    const groups = (await lockGroups(tx, tenantId)).filter((group) => ids.has(group.id));
    return applyMembership(tx, { id: tenantId, mspId }, groups);
  });
}
