import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { beforeEach, describe, expect, it } from 'vitest';
import webPush from 'web-push';
import { z } from 'zod';
import {
  createNotificationActivities,
  type NotificationDeps,
  type NotificationReport,
} from '../../src/activities/notifications.ts';
import { sql } from '../../src/db/pool.ts';
import { personalTopic } from '../../src/domain/pushText.ts';
import { createSafePost } from '../../src/platform/safeFetch.ts';
import { createTestApi, insertUser, type TestUser } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  startNtfyStandIn,
  startPushService,
  subscribeBrowser,
  type TestBrowser,
  vapidClaims,
} from '../support/pushServers.ts';
import { insertTestQuorumRequest, REQUEST_REASON } from '../support/quorumRequest.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const ntfy = await startNtfyStandIn();
const service = await startPushService();

const TOPIC_SECRET = '5e'.repeat(32);
const NTFY_TOKEN = 'tk_test_only';
const vapid = { ...webPush.generateVAPIDKeys(), subject: 'mailto:ops@msp.example' };
const deps: NotificationDeps = {
  pool: db.core,
  publicUrl: 'https://hub.example/',
  ntfy: { url: ntfy.url, token: NTFY_TOKEN, topicPrefix: 'monsys', topicSecret: TOPIC_SECRET },
  vapid,
  mail: null,
  post: createSafePost({ allowPrivateTargets: true, ca: service.ca }),
};
const activities = createNotificationActivities(deps);

const requester = api.user('admin');
const bob = api.user('owner');
const carol = await insertUser(db, api.msp.id, 'admin', null);
const topicOf = (user: TestUser): string => `/ntfy/${personalTopic('monsys', TOPIC_SECRET, user.id)}`;
/** Topics published to; the query behind them carries the click. */
const topics = (): readonly string[] => ntfy.received.map(({ path }) => path.split('?')[0] as string).sort();

const arrangeRequest = (change: Parameters<typeof insertTestQuorumRequest>[3] = {}) =>
  insertTestQuorumRequest(db, api, requester, change);

async function subscribe(user: TestUser): Promise<TestBrowser> {
  const browser = subscribeBrowser(service);
  await db.admin.query(sql.unsafe`
    insert into push_subscriptions (user_id, msp_id, endpoint, p256dh, auth)
    values (${user.id}::uuid, ${api.msp.id}::uuid, ${browser.endpoint}, ${browser.keys.p256dh}, ${browser.keys.auth})`);
  return browser;
}

const endpoints = async (): Promise<readonly { endpoint: string; failed: boolean }[]> =>
  db.admin.any(
    sql.type(z.object({ endpoint: z.string(), failed: z.boolean() }))`
      select endpoint, failed_at is not null as failed from push_subscriptions order by endpoint`,
  );

/** Runs one attempt; gives its report or failure, and the progress that the server would hand to the next attempt. */
async function attempt(
  run: () => Promise<NotificationReport>,
  heartbeatDetails?: unknown,
): Promise<{ report: NotificationReport | null; failure: ApplicationFailure | null; progress: unknown }> {
  const env = new MockActivityEnvironment({ heartbeatDetails }, { logger: new DefaultLogger('ERROR') });
  let progress: unknown = heartbeatDetails;
  env.on('heartbeat', (details: unknown) => {
    progress = details;
  });
  try {
    return { report: await env.run(run), failure: null, progress };
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    return { report: null, failure: error, progress };
  }
}

beforeEach(async () => {
  await db.admin.query(sql.unsafe`delete from push_subscriptions`);
  for (const farEnd of [ntfy, service]) {
    farEnd.received.length = 0;
    farEnd.answer = () => undefined;
  }
});

describe('notifyApprovers', () => {
  it('puts the card on the topic of every admin but the requester', async () => {
    const ref = await arrangeRequest();
    const { report } = await attempt(() => activities.notifyApprovers(ref));
    expect(report).toEqual({
      outcome: 'told',
      people: 2,
      reached: 2,
      ntfy_sent: 2,
      web_push_sent: 0,
      web_push_gone: 0,
      web_push_refused: 0,
    });
    expect(topics()).toEqual([topicOf(bob), topicOf(carol)].sort());
    const { path, headers, body } = ntfy.received[0] as (typeof ntfy.received)[number];
    const click = `https://hub.example/approve/${ref.request_id}`;
    expect(new URL(path, ntfy.url).searchParams.get('click')).toBe(click);
    expect(headers).toMatchObject({
      authorization: `Bearer ${NTFY_TOKEN}`,
      'x-title': 'ACME / db-prod-01',
      'x-priority': '5',
      'x-tags': `quorum-${ref.request_id}`,
      'x-actions': `view, Approve with TOTP, ${click}, clear=true; view, Reject, ${click}?decision=reject, clear=true`,
    });
    expect(body.toString('utf8')).toBe(
      `RunPlaybook: db-restore\nRequested by ${requester.email} at 14:23 UTC\nReason: ${REQUEST_REASON}`,
    );
  });

  it('sends a title outside ASCII as an encoded word (a header may hold nothing else)', async () => {
    const ref = await arrangeRequest({ tenantName: 'Żółw Überwachung' });
    expect((await attempt(() => activities.notifyApprovers(ref))).report?.ntfy_sent).toBe(2);
    const title = ntfy.received[0]?.headers['x-title'] as string;
    const encoded = /^=\?UTF-8\?B\?(.+)\?=$/.exec(title)?.[1] as string;
    expect(Buffer.from(encoded, 'base64').toString('utf8')).toBe('Żółw Überwachung / db-prod-01');
  });

  it('sends the card to each browser, readable by that browser alone and signed by the hub', async () => {
    const ref = await arrangeRequest();
    const [one, two] = [await subscribe(bob), await subscribe(bob)];
    await subscribe(requester);
    const { report } = await attempt(() => activities.notifyApprovers(ref));
    expect(report).toMatchObject({ web_push_sent: 2, ntfy_sent: 2 });
    const got = (browser: TestBrowser) => service.received.find(({ path }) => path === browser.path);
    expect(service.received).toHaveLength(2);
    expect(one.read(got(one)?.body as Buffer)).toEqual({
      title: 'ACME / db-prod-01',
      body: `RunPlaybook: db-restore\nRequested by ${requester.email} at 14:23 UTC\nReason: ${REQUEST_REASON}`,
      url: `https://hub.example/approve/${ref.request_id}`,
      tag: `quorum-${ref.request_id}`,
      priority: 5,
      actions: [
        { label: 'Approve with TOTP', url: `https://hub.example/approve/${ref.request_id}` },
        { label: 'Reject', url: `https://hub.example/approve/${ref.request_id}?decision=reject` },
      ],
    });
    expect(() => two.read(got(one)?.body as Buffer)).toThrow();
    const { headers, body } = got(one) as (typeof service.received)[number];
    expect(body.toString('latin1')).not.toContain('db-restore');
    expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'high' });
    expect(headers.topic).toMatch(/^[0-9a-f]{32}$/);
    expect(Number(headers.ttl)).toBeGreaterThan(3500);
    expect(vapidClaims(headers.authorization, vapid.publicKey)).toMatchObject({
      aud: service.url,
      sub: 'mailto:ops@msp.example',
    });
    expect(
      vapidClaims(headers.authorization?.replace(/\.[\w-]{20}/, `.${'A'.repeat(20)}`), vapid.publicKey),
    ).toBeNull();
  });

  it('forgets a subscription that its service has ended', async () => {
    const ref = await arrangeRequest();
    const [gone, kept] = [await subscribe(bob), await subscribe(carol)];
    service.answer = (path) => (path === gone.path ? 410 : 201);
    const { report } = await attempt(() => activities.notifyApprovers(ref));
    expect(report).toMatchObject({ outcome: 'told', web_push_sent: 1, web_push_gone: 1 });
    expect(await endpoints()).toEqual([{ endpoint: kept.endpoint, failed: false }]);
  });

  it('marks a subscription that is refused for good, and asks for no retry', async () => {
    const ref = await arrangeRequest();
    const browser = await subscribe(bob);
    service.answer = () => 403;
    const { report, failure } = await attempt(() => activities.notifyApprovers(ref));
    expect(failure).toBeNull();
    expect(report).toMatchObject({ web_push_refused: 1 });
    expect(await endpoints()).toEqual([{ endpoint: browser.endpoint, failed: true }]);
  });

  it('asks for a retry naming who was not told, and the retry tells them alone', async () => {
    const ref = await arrangeRequest();
    const [bobs, carols] = [await subscribe(bob), await subscribe(carol)];
    service.answer = (path) => (path === carols.path ? 500 : 201);
    const first = await attempt(() => activities.notifyApprovers(ref));
    expect(first.failure).toMatchObject({
      type: 'NotificationsFailed',
      nonRetryable: false,
      details: [{ failed_user_ids: [carol.id] }],
    });
    // Endpoints and topics are capabilities: a history must not hold them.
    expect(JSON.stringify([first.failure?.message, first.progress])).not.toMatch(/https?:|monsys-/);
    expect(service.received.map(({ path }) => path).sort()).toEqual([bobs.path, carols.path].sort());

    service.received.length = 0;
    ntfy.received.length = 0;
    service.answer = () => 201;
    const second = await attempt(() => activities.notifyApprovers(ref), first.progress);
    expect(second.report).toMatchObject({ outcome: 'told', people: 2, ntfy_sent: 2, web_push_sent: 2 });
    expect(service.received.map(({ path }) => path)).toEqual([carols.path]);
    expect(ntfy.received).toEqual([]);
  });

  it('tells the others while one topic fails', async () => {
    const ref = await arrangeRequest();
    ntfy.answer = (path) => (path.startsWith(topicOf(bob)) ? 503 : 200);
    const { failure } = await attempt(() => activities.notifyApprovers(ref));
    expect(failure?.details).toEqual([{ failed_user_ids: [bob.id] }]);
    expect(ntfy.received).toHaveLength(2);
  });

  it('asks nobody about a request that is decided', async () => {
    const ref = await arrangeRequest({ state: 'rejected' });
    expect((await attempt(() => activities.notifyApprovers(ref))).report?.outcome).toBe('closed');
    expect(ntfy.received).toEqual([]);
  });

  it('does not find a request under another tenant', async () => {
    const ref = await arrangeRequest();
    const { failure } = await attempt(() => activities.notifyApprovers({ ...ref, tenant_id: api.tenants.b }));
    expect(failure).toMatchObject({ type: 'QuorumRequestUnknown', nonRetryable: true });
  });

  it('leaves out admins who may no longer approve', async () => {
    const ref = await arrangeRequest();
    await db.admin.query(sql.unsafe`update users set is_active = false where id = ${carol.id}::uuid`);
    const { report } = await attempt(() => activities.notifyApprovers(ref));
    await db.admin.query(sql.unsafe`update users set is_active = true where id = ${carol.id}::uuid`);
    expect(report?.people).toBe(1);
    expect(topics()).toEqual([topicOf(bob)]);
  });

  it('records that nothing is configured, and is no error', async () => {
    const ref = await arrangeRequest();
    const silent = createNotificationActivities({ ...deps, ntfy: null, vapid: null });
    expect((await attempt(() => silent.notifyApprovers(ref))).report?.outcome).toBe('not_configured');
  });

  it('never sends to a private address unless that is allowed (endpoints come from people)', async () => {
    const ref = await arrangeRequest();
    await subscribe(bob);
    const guarded = createNotificationActivities({
      ...deps,
      post: createSafePost({ allowPrivateTargets: false, ca: service.ca }),
    });
    expect((await attempt(() => guarded.notifyApprovers(ref))).report).toMatchObject({ web_push_refused: 1 });
    expect(service.received).toEqual([]);
  });
});

describe('notifyDecision', () => {
  it('replaces the card of the same people and says who decided', async () => {
    const ref = await arrangeRequest({ state: 'rejected' });
    await db.admin.query(sql.unsafe`
      insert into quorum_decisions (tenant_id, request_id, user_id, email, decision, totp_step_sha256, decided_at)
      values (${ref.tenant_id}::uuid, ${ref.request_id}::uuid, ${bob.id}::uuid, ${bob.email}, 'reject', ${'b'.repeat(64)}, now())`);
    const browser = await subscribe(carol);
    const { report } = await attempt(() => activities.notifyDecision({ ...ref, outcome: 'rejected' }));
    expect(report).toMatchObject({ people: 2, ntfy_sent: 2, web_push_sent: 1 });
    expect(browser.read(service.received[0]?.body as Buffer)).toMatchObject({
      tag: `quorum-${ref.request_id}`,
      actions: [],
      body: expect.stringMatching(new RegExp(`^Rejected by ${bob.email}\n`)),
    });
    expect(ntfy.received[0]?.headers['x-actions']).toBeUndefined();
  });
});

describe('notifyPerson', () => {
  const words = { title: 'Hello', body: 'line', click: '/alerts/1', priority: 3, tag: 'alert-1' } as const;

  it('tells one person, with a page of the hub behind it', async () => {
    const { report } = await attempt(() => activities.notifyPerson({ ...words, user_id: carol.id }));
    expect(report).toMatchObject({ people: 1, ntfy_sent: 1 });
    expect(ntfy.received.map(({ path }) => path)).toEqual([
      `${topicOf(carol)}?click=https%3A%2F%2Fhub.example%2Falerts%2F1`,
    ]);
  });

  it('leads nowhere else', async () => {
    const { failure } = await attempt(() =>
      activities.notifyPerson({ ...words, user_id: carol.id, click: '//evil.example/' }),
    );
    expect(failure).toMatchObject({ type: 'ForeignClick', nonRetryable: true });
  });
});

describe('notifyDomainLost', () => {
  it('tells owners and admins of a portal that is gone, and leads to the brand', async () => {
    const lost = { tenant_id: api.tenants.a, msp_id: api.msp.id, domain: 'ops.acme.com' };
    const { report } = await attempt(() => activities.notifyDomainLost(lost));
    expect(report).toMatchObject({ outcome: 'told', people: 3, ntfy_sent: 3 });
    expect(topics()).toEqual([requester, bob, carol].map(topicOf).sort());
    const { path, headers } = ntfy.received[0] as (typeof ntfy.received)[number];
    expect(headers).toMatchObject({ 'x-title': 'ACME lost the domain ops.acme.com', 'x-priority': '5' });
    expect(new URL(path, ntfy.url).searchParams.get('click')).toBe(
      `https://hub.example/settings/branding?tenant=${api.tenants.a}`,
    );
  });
});

describe('notifyWebhookFailing', () => {
  async function arrangeOutage(change: { readonly tenantId?: string; readonly reason?: 'gone' } = {}) {
    const { id } = await db.admin.one(sql.type(z.object({ id: z.uuid() }))`
      insert into webhooks (msp_id, only_tenant_id, name, url, is_active, disabled_reason, last_success_at, failing_since, created_by_email)
      values (${api.msp.id}::uuid, ${change.tenantId ?? null}::uuid, 'Tickets', 'https://tickets.example/?key=hidden', ${change.reason === undefined},
        ${change.reason ?? null}, '2026-05-19T06:12:44Z', now(), 'admin@msp.example') returning id`);
    await db.admin.query(sql.unsafe`
      insert into webhook_deliveries (webhook_id, msp_id, event, body, status, finished_at, attempts)
      values (${id}::uuid, ${api.msp.id}::uuid, 'ping', '{}', 'failed', now(), '[{"error": "The receiver answered 500 instead of 2xx."}]')`);
    return { webhook_id: id, msp_id: api.msp.id, tenant_id: change.tenantId ?? null };
  }
  const audited = (id: string) =>
    db.admin.any(sql.type(z.object({ tenant_id: z.uuid().nullable(), told: z.array(z.string()), outcome: z.string() }))`
      select tenant_id, event_data -> 'told' as told, event_data ->> 'outcome' as outcome from audit_log
      where event_type = 'webhook_failure_told' and event_data ->> 'webhook_id' = ${id}`);
  const told = [requester, bob, carol];

  it('tells owners and admins once of an outage, with the reason and not the address, and writes down whom', async () => {
    const ref = await arrangeOutage();
    const { report } = await attempt(() => activities.notifyWebhookFailing(ref));
    expect(report).toMatchObject({ outcome: 'told', people: 3, ntfy_sent: 3 });
    expect(topics()).toEqual(told.map(topicOf).sort());
    const { path, headers, body } = ntfy.received[0] as (typeof ntfy.received)[number];
    expect(new URL(path, ntfy.url).searchParams.get('click')).toBe('https://hub.example/settings/webhooks');
    expect(headers).toMatchObject({ 'x-title': 'Webhook Tickets fails', 'x-priority': '4' });
    expect(body.toString('utf8')).toBe(
      'All clients\nNothing has got through since 2026-05-19 06:12 UTC.\nThe receiver answered 500 instead of 2xx.',
    );
    const [row, ...more] = await audited(ref.webhook_id);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ tenant_id: null, outcome: 'told' });
    expect(row?.told.toSorted()).toEqual(told.map(({ email }) => email).sort());
    expect((await attempt(() => activities.notifyWebhookFailing(ref))).report?.outcome).toBe('closed');
    expect(ntfy.received).toHaveLength(3);
  });

  it('tells of a client’s webhook that its receiver switched off, in the client’s audit log', async () => {
    const tenantId = api.tenants.a;
    const ref = await arrangeOutage({ tenantId, reason: 'gone' });
    await attempt(() => activities.notifyWebhookFailing(ref));
    expect(ntfy.received[0]?.headers['x-title']).toBe('Webhook Tickets is switched off');
    expect(await audited(ref.webhook_id)).toMatchObject([{ tenant_id: tenantId }]);
  });

  it('where nobody can be told says so in the audit log, once', async () => {
    const ref = await arrangeOutage();
    const silent = createNotificationActivities({ ...deps, ntfy: null, vapid: null });
    for (const outcome of ['not_configured', 'closed'])
      expect((await attempt(() => silent.notifyWebhookFailing(ref))).report?.outcome).toBe(outcome);
    expect(await audited(ref.webhook_id)).toEqual([{ tenant_id: null, outcome: 'not_configured', told: [] }]);
  });

  it('that fails for some is not told until they are, and tries again with those alone', async () => {
    const ref = await arrangeOutage();
    ntfy.answer = (path) => (path.startsWith(topicOf(bob)) ? 500 : undefined);
    const first = await attempt(() => activities.notifyWebhookFailing(ref));
    expect(first.failure?.type).toBe('NotificationsFailed');
    expect(await audited(ref.webhook_id)).toEqual([]);
    ntfy.received.length = 0;
    ntfy.answer = () => undefined;
    expect((await attempt(() => activities.notifyWebhookFailing(ref), first.progress)).report?.outcome).toBe('told');
    expect(topics()).toEqual([topicOf(bob)]);
  });
});

describe('notifyEscalation', () => {
  async function arrangeEscalation(people: readonly TestUser[]) {
    const tenant_id = api.tenants.a;
    const { id: alert_id } = await db.admin.one(sql.type(z.object({ id: z.uuid() }))`
      insert into alerts (tenant_id, number, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at)
      select ${tenant_id}::uuid, coalesce(max(number), 0) + 1, 'rule', gen_random_uuid()::text, 'critical', 'Disk full', now() - interval '7 minutes', now(), now()
      from alerts where tenant_id = ${tenant_id}::uuid returning id`);
    await db.admin.query(sql.unsafe`
      insert into alert_escalations (alert_id, tenant_id, msp_id, policy_id, policy, state, level)
      values (${alert_id}::uuid, ${tenant_id}::uuid, ${api.msp.id}::uuid, gen_random_uuid(),
        '{"name": "Default", "levels": [{"targets": [{"kind": "admins"}], "wait_minutes": 5}], "repeats": 0}', 'escalating', 1)`);
    for (const { id } of people)
      await db.admin.query(sql.unsafe`
        insert into alert_escalation_notices (tenant_id, alert_id, round, level, user_id)
        values (${tenant_id}::uuid, ${alert_id}::uuid, 0, 1, ${id}::uuid)`);
    return { alert_id, tenant_id, msp_id: api.msp.id, round: 0, level: 1 };
  }

  it('tells each person of the level once, however often it is asked, with a button to the page', async () => {
    const ref = await arrangeEscalation([bob, carol]);
    expect((await attempt(() => activities.notifyEscalation(ref))).report).toMatchObject({
      outcome: 'told',
      people: 2,
    });
    expect(topics()).toEqual([topicOf(bob), topicOf(carol)].sort());
    const click = `https://hub.example/alerts/${ref.alert_id}`;
    expect(ntfy.received[0]?.headers).toMatchObject({
      'x-priority': '5',
      'x-actions': `view, Acknowledge, ${click}, clear=true`,
    });
    expect(ntfy.received[0]?.body.toString('utf8')).toBe('critical: Disk full\nOpen for 7 min and not acknowledged');
    // A worker that died before it could say so: the next attempt knows nothing of the first one's progress.
    expect((await attempt(() => activities.notifyEscalation(ref))).report).toMatchObject({ outcome: 'nobody' });
    expect(ntfy.received).toHaveLength(2);
  });

  it('asks for a retry for those whom it could not tell, and tells them alone', async () => {
    const ref = await arrangeEscalation([bob, carol]);
    ntfy.answer = (path) => (path.startsWith(topicOf(carol)) ? 500 : undefined);
    const first = await attempt(() => activities.notifyEscalation(ref));
    expect(first.failure?.details).toEqual([{ failed_user_ids: [carol.id] }]);
    ntfy.received.length = 0;
    ntfy.answer = () => undefined;
    expect((await attempt(() => activities.notifyEscalation(ref))).report).toMatchObject({
      outcome: 'told',
      people: 1,
    });
    expect(topics()).toEqual([topicOf(carol)]);
  });

  const toldIds = async (alertId: string): Promise<readonly string[]> =>
    (
      await db.admin.any(sql.type(z.object({ user_id: z.uuid() }))`
        select user_id from alert_escalation_notices where alert_id = ${alertId}::uuid and told_at is not null order by user_id`)
    ).map((row) => row.user_id);
  const evidence = (alertId: string) =>
    db.admin.any(sql.type(z.object({ event_type: z.string(), told: z.array(z.string()) }))`
      select event_type, event_data -> 'told' as told from audit_log where event_data ->> 'alert_id' = ${alertId} order by seq`);

  it('counts as told whom a message was handed over for, and nobody else', async () => {
    const pushOnly = createNotificationActivities({ ...deps, ntfy: null });
    const ref = await arrangeEscalation([requester, bob, carol]);
    const [gone, refused] = [await subscribe(bob), await subscribe(carol)];
    service.answer = (path) => (path === gone.path ? 410 : path === refused.path ? 403 : 201);
    expect((await attempt(() => pushOnly.notifyEscalation(ref))).report).toMatchObject({
      outcome: 'unreached',
      people: 3,
      reached: 0,
    });
    expect([await toldIds(ref.alert_id), await evidence(ref.alert_id)]).toEqual([[], []]);
    await subscribe(bob);
    expect((await attempt(() => pushOnly.notifyEscalation(ref))).report).toMatchObject({
      outcome: 'told',
      people: 3,
      reached: 1,
    });
    expect(await toldIds(ref.alert_id)).toEqual([bob.id]);
    expect(await evidence(ref.alert_id)).toEqual([{ event_type: 'alert_escalation_told', told: [bob.email] }]);
  });

  it('is content with one way that works: another that fails is not tried again for them', async () => {
    const ref = await arrangeEscalation([bob]);
    await subscribe(bob);
    service.answer = () => 500;
    const { report, failure } = await attempt(() => activities.notifyEscalation(ref));
    expect([failure, report]).toMatchObject([null, { outcome: 'told', reached: 1, web_push_sent: 0 }]);
    expect(await toldIds(ref.alert_id)).toEqual([bob.id]);
  });

  it('tells nobody of a level from before the escalation began anew', async () => {
    const ref = await arrangeEscalation([bob]);
    await db.admin.query(sql.unsafe`
      update alert_escalations set generation = 1, level = 0, state = 'waiting' where alert_id = ${ref.alert_id}::uuid`);
    expect((await attempt(() => activities.notifyEscalation(ref))).report?.outcome).toBe('closed');
    expect(ntfy.received).toEqual([]);
  });

  it('tells nobody once somebody has answered', async () => {
    const ref = await arrangeEscalation([bob]);
    await db.admin.query(
      sql.unsafe`update alerts set status = 'acknowledged', acknowledged_at = now() where id = ${ref.alert_id}::uuid`,
    );
    expect((await attempt(() => activities.notifyEscalation(ref))).report).toMatchObject({ outcome: 'closed' });
    expect(ntfy.received).toHaveLength(0);
  });
});
