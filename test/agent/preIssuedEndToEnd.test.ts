/** Pre-issued tokens and bait files on a real agent process: held, activated with the hub away, reported when it is back, revoked. */

import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { eatResult } from '../../src/domain/eat.ts';
import { createTestHub } from '../support/hub.ts';
import { spawnNode, waitUntil } from '../support/processes.ts';
import { evidenceOf, makePlaybook, serveHub, startLiveAgent } from '../support/quorumRun.ts';

const hub = await createTestHub();
const served = await serveHub(hub);
afterAll(() => served.stop());
const [alice, bob] = [await hub.person('admin'), await hub.person('admin')];
const agent = await startLiveAgent(hub, served, (folder) => `[detectors]\nhoneypot_paths = ["${folder}/bait"]`);
afterAll(() => agent.stop());
const trace = join(agent.folder, 'trace');
await writeFile(join(agent.folder, 'line'), 'ran\n');
const slug = await makePlaybook(alice, bob, {
  slug: 'cover-the-night',
  name: 'Cover the night',
  steps: [
    {
      kind: 'run_command',
      argv: ['/usr/bin/dd', `if=${agent.folder}/line`, `of=${trace}`, 'oflag=append', 'conv=notrunc', 'status=none'],
    },
  ],
});
const runs = async (): Promise<number> => (await readFile(trace, 'utf8').catch(() => '')).split('\n').length - 1;

type Held = { held_tokens: { nonce: string }[]; findings: { what: string }[] };
const status = async (): Promise<Held> =>
  JSON.parse(await readFile(join(agent.stateDir, 'status.json'), 'utf8')) as Held;

async function preIssue(conditions: object): Promise<string> {
  const made = await alice.call('POST', `/agents/${agent.id}/pre-issued-eats`, {
    playbook_id: slug,
    valid_from: new Date(Date.now() - 1000).toISOString(),
    valid_until: new Date(Date.now() + 3_600_000).toISOString(),
    conditions,
    reason: 'After-hours coverage for ACME — Saturday night',
  });
  expect(made.status, await made.clone().text()).toBe(201);
  const { nonce } = (await made.json()) as { nonce: string };
  await waitUntil('the host holds it', async () => (await status()).held_tokens.some((held) => held.nonce === nonce));
  return nonce;
}

const bait = join(agent.folder, 'bait');
const webhook = await alice.call('POST', '/webhooks', {
  name: 'Security desk',
  url: 'https://security.example/hooks',
  events: ['honeypot.tripped'],
});
if (webhook.status !== 201) throw new Error(await webhook.text());

/** Alerts of the host's baits, newest first, with how often the webhook was told. */
async function baitAlerts() {
  const row = z.object({
    id: z.uuid(),
    status: z.string(),
    severity: z.string(),
    detail: z.record(z.string(), z.string()),
  });
  const alerts = await hub.db.admin.any(sql.type(row)`
    select id, status, severity, detail from alerts where agent_id = ${agent.id}::uuid and detail ->> 'kind' = 'honeypot' order by number desc`);
  const { told } = await hub.db.admin.one(sql.type(z.object({ told: z.number() }))`
    select count(*) as told from webhook_deliveries where event = 'honeypot.tripped'`);
  return { alerts, told };
}

describe('a pre-issued token', () => {
  it('activates once with the hub away, over a kill -9 of the agent, and reports when the hub is back', async () => {
    const nonce = await preIssue({ heartbeat_lost_minutes: 30, or_severity_critical: true });
    const shown = spawnNode('src/agent/main.ts', ['--status', '--state-dir', agent.stateDir]);
    await shown.exited;
    expect(shown.output()).toContain(nonce);
    expect(await runs()).toBe(0);

    await served.stop();
    await agent.process().stop('SIGKILL');
    await writeFile(join(agent.folder, 'bait'), 'nothing to see');
    agent.startOffline();
    // The first sight of the bait arms it.
    await waitUntil('the bait is armed', async () =>
      (await readFile(join(agent.stateDir, 'detectors.json'), 'utf8').catch(() => '')).includes('/bait"'),
    );
    await writeFile(join(agent.folder, 'bait'), 'encrypted by somebody');
    await waitUntil('it activates itself', async () => (await runs()) === 1);
    await waitUntil('the result waits', async () => (await status()).held_tokens.length === 0);
    await agent.process().stop('SIGKILL');
    agent.startOffline();

    await served.start();
    const evidence = await evidenceOf(alice, nonce, 60_000);
    expect(evidence).toMatchObject({ outcome: 'succeeded', refusal_code: null });
    const result = eatResult.parse(JSON.parse(evidence.result as string));
    expect(result.activation).toMatchObject({ condition: 'severity_critical', critical_source: 'local' });
    expect(result.activation?.last_delivered_heartbeat_at).not.toBeNull();
    expect(await runs()).toBe(1);

    // The hub hears of the bait as well, once, although it was away and the agent was killed in between.
    await waitUntil('the hub is told of the bait', async () => (await baitAlerts()).alerts.length > 0);
    const { alerts, told } = await baitAlerts();
    expect(alerts).toMatchObject([
      { status: 'open', severity: 'critical', detail: { kind: 'honeypot', path: bait, what: 'changed' } },
    ]);
    expect(told).toBe(1);
    const resolved = await alice.call('PATCH', `/alerts/${alerts[0]?.id}/resolve`, { resolution: 'A drill' });
    expect(resolved.status, await resolved.clone().text()).toBe(200);
  }, 120_000);

  it('is void at once on a connected host when it is revoked', async () => {
    // The finding of before is still open here: a token for criticals would go off at once.
    const nonce = await preIssue({ heartbeat_lost_minutes: 30 });
    const revoked = await alice.call('POST', `/pre-issued-eats/${nonce}/revoke`);
    expect(revoked.status, await revoked.clone().text()).toBeLessThan(300);
    expect(await evidenceOf(alice, nonce)).toMatchObject({ outcome: 'revoked' });
    expect((await status()).held_tokens).toEqual([]);
    expect(await runs()).toBe(1);
  });

  it('activates by a critical alert that the hub tells of', async () => {
    await agent.process().stop();
    await writeFile(join(agent.stateDir, 'detectors.json'), '{"baits":[],"findings":[]}');
    await agent.start();
    const nonce = await preIssue({ or_severity_critical: true });
    await hub.db.admin.query(sql.unsafe`
      insert into alerts (tenant_id, number, agent_id, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at)
      values (${hub.api.tenants.a}::uuid, 4711, ${agent.id}::uuid, 'alertmanager', 'test', 'critical', 'Ransomware', now(), now(), now())`);
    const evidence = await evidenceOf(alice, nonce);
    expect(eatResult.parse(JSON.parse(evidence.result as string)).activation).toMatchObject({
      condition: 'severity_critical',
      critical_source: 'hub',
    });
    expect(await runs()).toBe(2);
  });
});

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

describe.skipIf(!canMount)('a host whose disk is full', () => {
  it('goes on beating, and tells of a bait when there is room again', async () => {
    await agent.process().stop();
    // A disk of its own for the state: small enough to fill.
    const copy = await mkdtemp(join(tmpdir(), 'monsys-state-'));
    await cp(agent.stateDir, copy, { recursive: true });
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', agent.stateDir]).status).toBe(0);
    try {
      await cp(copy, agent.stateDir, { recursive: true });
      const process = await agent.start();
      await waitUntil('the bait is armed', async () =>
        (await readFile(join(agent.stateDir, 'detectors.json'), 'utf8')).includes('/bait"'),
      );
      const before = (await baitAlerts()).told;
      const filler = join(agent.stateDir, 'filler');
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k', 'count=1000']);
      await writeFile(bait, `touched on a full disk at ${new Date().toISOString()}`);
      await process.waitFor(/"what":"bait files".*cannot be written/);
      const silent = z.object({ at: z.string() });
      const lastBeat = () =>
        hub.db.admin.one(sql.type(silent)`select last_seen_at::text as at from agents where id = ${agent.id}::uuid`);
      const { at } = await lastBeat();
      await waitUntil('it is heard again', async () => (await lastBeat()).at !== at);
      expect(process.isRunning()).toBe(true);
      await rm(filler);
      await waitUntil('the hub is told', async () => (await baitAlerts()).told === before + 1);
    } finally {
      await agent.process().stop();
      spawnSync('umount', [agent.stateDir]);
      await rm(copy, { recursive: true });
    }
  }, 90_000);
});
