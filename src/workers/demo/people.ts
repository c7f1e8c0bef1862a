/** What the MSP's people have left behind: sessions, work in clients' contexts, an open invitation, whom packs are handed to. */

import { randomBytes, randomUUID } from 'node:crypto';
import type { DemoRow } from '../../db/demo.ts';
import type { DemoEvent } from './audit.ts';
import type { DemoFile } from './file.ts';
import { DEMO_PEOPLE } from './fleet.ts';
import { DAY_MS, HOUR_MS, iso, MINUTE_MS } from './moments.ts';

/** Of a secret that nobody has: no request can ever show it. */
const unknownHash = (): string => `\\x${randomBytes(32).toString('hex')}`;

const SESSION_HOURS = 12;

/** One session of each person of the MSP, over by now: when they were last here. */
export function sessionRows(file: DemoFile, nowMs: number): readonly DemoRow[] {
  return file.users
    .filter(({ tenant_id }) => tenant_id === undefined)
    .map((user, place) => {
      const lastMs = nowMs - SESSION_HOURS * HOUR_MS - (1 + 9 * place) * HOUR_MS;
      return {
        token_hash: unknownHash(),
        user_id: user.id,
        msp_id: file.msp.id,
        created_at: iso(lastMs - 2 * HOUR_MS),
        last_seen_at: iso(lastMs),
        expires_at: iso(lastMs + SESSION_HOURS * HOUR_MS),
        ip: '192.0.2.10',
        user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
      };
    });
}

const VISITS = [
  { of: 'acme', person: 1, daysAgo: 2, minutes: 24, reason: 'Investigating alert #847 on web-03' },
  {
    of: 'acme',
    person: 3,
    daysAgo: 9,
    minutes: 60,
    reason: 'Reading the audit trail with the client before the renewal',
  },
  { of: 'globex', person: 2, daysAgo: 4, minutes: 12, reason: 'Accepting the new baseline after the planned update' },
  { of: 'initech', person: 1, daysAgo: 1, minutes: 35, reason: 'Tags of the new build hosts per ticket TKT-9012' },
] as const;
const VISIT_MINUTES = 60;

/** Times in which somebody worked in a client's context, with their ends; by the person's API token. */
export function visitRows(
  file: DemoFile,
  apiTokenIds: readonly string[],
  nowMs: number,
): { readonly visits: readonly DemoRow[]; readonly events: readonly DemoEvent[] } {
  const visits = VISITS.map((visit) => {
    const startedMs = nowMs - visit.daysAgo * DAY_MS - 3 * HOUR_MS;
    return {
      ...visit,
      id: randomUUID(),
      tenantId: file.tenants.find(({ slug }) => slug === visit.of)?.id as string,
      user: file.users[visit.person] as DemoFile['users'][number],
      startedMs,
      expiresMs: startedMs + VISIT_MINUTES * MINUTE_MS,
      endedMs: startedMs + visit.minutes * MINUTE_MS,
      why: visit.minutes === VISIT_MINUTES ? 'expired' : 'ended',
    };
  });
  return {
    visits: visits.map((visit) => ({
      id: visit.id,
      tenant_id: visit.tenantId,
      msp_id: file.msp.id,
      user_id: visit.user.id,
      user_email: visit.user.email,
      reason: visit.reason,
      mode: 'full',
      duration_minutes: VISIT_MINUTES,
      state: 'ended',
      api_token_id: apiTokenIds[visit.person] as string,
      token_hash: unknownHash(),
      requested_at: iso(visit.startedMs),
      started_at: iso(visit.startedMs),
      expires_at: iso(visit.expiresMs),
      ended_at: iso(visit.endedMs),
      end_reason: visit.why,
      ended_by_email: visit.why === 'ended' ? visit.user.email : null,
    })),
    events: visits.flatMap((visit): DemoEvent[] => {
      const common = { tenantId: visit.tenantId, impersonationId: visit.id };
      return [
        {
          ...common,
          atMs: visit.startedMs,
          type: 'impersonation_started',
          actor: visit.person,
          data: {
            impersonation_id: visit.id,
            reason: visit.reason,
            mode: 'full',
            duration_minutes: VISIT_MINUTES,
            expires_at: iso(visit.expiresMs),
            consented_by: null,
            address: '192.0.2.10',
          },
        },
        {
          ...common,
          atMs: visit.endedMs,
          type: 'impersonation_ended',
          actor: visit.person,
          data: {
            impersonation_id: visit.id,
            why: visit.why,
            by: visit.why === 'ended' ? visit.user.email : 'the clock',
            engineer: visit.user.email,
          },
        },
      ];
    }),
  };
}

/** Somebody who has been invited and has not come yet. */
export function invitation(
  file: DemoFile,
  nowMs: number,
): { readonly rows: readonly DemoRow[]; readonly events: readonly DemoEvent[] } {
  const email = `henry@${file.msp.email_domain}`;
  const role = 'operator';
  const row = {
    token_hash: unknownHash(),
    msp_id: file.msp.id,
    email,
    name: 'Henry Hansen',
    role,
    invited_by: file.users[0]?.id as string,
    created_at: iso(nowMs - DAY_MS),
    expires_at: iso(nowMs + 6 * DAY_MS),
  };
  return {
    rows: [row],
    events: [{ atMs: nowMs - DAY_MS, tenantId: null, type: 'user_invited', actor: 0, data: { email, role } }],
  };
}

/** Tokens by which other systems of clients report; theirs, so nobody here has them. */
export function integrationTokenRows(file: DemoFile, nowMs: number): readonly DemoRow[] {
  return (
    [
      ['acme', 'Alertmanager of the shop', 'alertmanager'],
      ['globex', 'Trivy in the registry', 'trivy'],
    ] as const
  ).map(([of, name, purpose]) => ({
    tenant_id: file.tenants.find(({ slug }) => slug === of)?.id as string,
    token_hash: unknownHash(),
    name,
    purpose,
    created_by: file.users[1]?.id as string,
    created_at: iso(nowMs - 200 * DAY_MS),
    last_used_at: iso(nowMs - 7 * MINUTE_MS),
  }));
}

/** Whom packs are handed to: the clients' own people who have an account. */
export function handoverContactRows(file: DemoFile, nowMs: number): readonly DemoRow[] {
  return file.users.flatMap(({ email, role, tenant_id }, place) =>
    tenant_id === undefined || role !== 'client_viewer'
      ? []
      : [{ tenant_id, email, name: DEMO_PEOPLE[place]?.name as string, created_at: iso(nowMs - 300 * DAY_MS) }],
  );
}
