/** Pre-issued tokens on the host: held sealed, activated once when the condition holds, never by a clock set back. */

import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openClockFloor } from '../../src/agent/clockFloor.ts';
import { type FindingEvent, openDetectors } from '../../src/agent/detectors.ts';
import { createLog } from '../../src/agent/log.ts';
import type { EatToken } from '../../src/domain/eat.ts';
import { playbookText } from '../../src/domain/playbook.ts';
import type { PreIssueConditions } from '../../src/domain/preIssuedEat.ts';
import { openTestExecution, playbookToken, resultsIn } from '../support/agentExecution.ts';
import { isoOf, signToken } from '../support/eat.ts';

const root = await mkdtemp(join(tmpdir(), 'monsys-pre-issued-'));
afterAll(() => rm(root, { recursive: true, force: true }));

const HOUR = 3_600_000;
const MINUTE = 60_000;
const T0 = Date.parse('2026-05-19T18:00:00.000Z');

/** A host with a clock of its own, whose agent can be started again and again. */
async function createHost() {
  const stateDir = join(root, randomUUID());
  await mkdir(stateDir, { mode: 0o700 });
  await writeFile(join(stateDir, 'line'), 'ran\n');
  const time = { wall: T0, monotonic: 0 };
  const clock = { wall: () => time.wall, monotonic: () => time.monotonic };
  let isCritical = false;
  const start = () => openTestExecution({ stateDir, clock, hasLocalCritical: () => isCritical });
  return {
    stateDir,
    start,
    time,
    pass: (ms: number) => {
      time.wall += ms;
      time.monotonic += ms;
    },
    findSomething: () => {
      isCritical = true;
    },
    runs: async () => (await readFile(join(stateDir, 'trace'), 'utf8').catch(() => '')).split('\n').length - 1,
  };
}
type Host = Awaited<ReturnType<typeof createHost>>;

/** Window from T0 for `windowMs`. */
function envelopeFor(host: Host, conditions: PreIssueConditions, windowMs = 14 * HOUR, validFromMs = T0) {
  const { token, content } = playbookToken(randomUUID(), [
    {
      kind: 'run_command',
      argv: ['/usr/bin/dd', `if=${host.stateDir}/line`, `of=${host.stateDir}/trace`, 'oflag=append', 'conv=notrunc'],
    },
  ]);
  const preIssued: EatToken = {
    ...token,
    issued_at: isoOf(T0 - HOUR),
    expires_at: isoOf(validFromMs + windowMs),
    pre_issued: { id: token.nonce, valid_from: isoOf(validFromMs), conditions },
  };
  return { envelope: signToken(preIssued, [playbookText(content)]), token: preIssued };
}
type Parts = Awaited<ReturnType<Host['start']>>;
async function hold(parts: Parts, { envelope, token }: ReturnType<typeof envelopeFor>) {
  const verdict = parts.execution.judge(envelope, null);
  if (verdict.kind !== 'accepted') throw new Error(verdict.code);
  return parts.preIssued.hold(envelope, token);
}
async function look(parts: Parts): Promise<void> {
  await parts.preIssued.look();
  await parts.execution.idle();
}

describe('heartbeat_lost_minutes', () => {
  it('activates once after longer than that without an answer, and says when the last one was', async () => {
    const host = await createHost();
    const parts = await host.start();
    parts.contact.onHeartbeatDelivered();
    expect(await hold(parts, envelopeFor(host, { heartbeat_lost_minutes: 5 }))).toEqual({
      status: 'accepted',
      held: true,
    });
    host.pass(5 * MINUTE);
    await look(parts);
    expect(await host.runs()).toBe(0);
    host.pass(1);
    await look(parts);
    await look(parts);
    expect(await host.runs()).toBe(1);
    expect(await resultsIn(host.stateDir)).toMatchObject([
      {
        outcome: 'succeeded',
        activation: {
          condition: 'heartbeat_lost',
          last_delivered_heartbeat_at: isoOf(T0),
          critical_source: null,
        },
        started_at: isoOf(T0 + 5 * MINUTE + 1),
      },
    ]);
    expect(parts.preIssued.list()).toEqual([]);
    expect(await readdir(join(host.stateDir, 'held'))).toEqual([]);
  });

  it('begins anew with each answer', async () => {
    const host = await createHost();
    const parts = await host.start();
    await hold(parts, envelopeFor(host, { heartbeat_lost_minutes: 5 }));
    for (let round = 0; round < 5; round++) {
      host.pass(4 * MINUTE);
      parts.contact.onHeartbeatDelivered();
      await look(parts);
    }
    expect(await host.runs()).toBe(0);
  });

  it('counts from the opening of the window at the earliest', async () => {
    const host = await createHost();
    const parts = await host.start();
    await hold(parts, envelopeFor(host, { heartbeat_lost_minutes: 5 }, HOUR, T0 + HOUR));
    host.pass(HOUR + 4 * MINUTE);
    await look(parts);
    expect(await host.runs()).toBe(0);
    host.pass(2 * MINUTE);
    await look(parts);
    expect(await host.runs()).toBe(1);
  });

  it('goes on over a restart, and does not count the time in which the host was off', async () => {
    const host = await createHost();
    const first = await host.start();
    first.contact.onHeartbeatDelivered();
    await hold(first, envelopeFor(host, { heartbeat_lost_minutes: 5 }));
    host.pass(3 * MINUTE);
    await first.contact.persist();
    host.time.wall += 2 * HOUR;
    host.time.monotonic = 0;
    const second = await host.start();
    await look(second);
    expect(await host.runs()).toBe(0);
    host.pass(2 * MINUTE + 1);
    await look(second);
    expect(await host.runs()).toBe(1);
  });

  it('is not a matter of the wall clock: setting it ahead activates nothing', async () => {
    const host = await createHost();
    const parts = await host.start();
    parts.contact.onHeartbeatDelivered();
    await hold(parts, envelopeFor(host, { heartbeat_lost_minutes: 5 }));
    host.time.wall += HOUR;
    await look(parts);
    expect(await host.runs()).toBe(0);
  });
});

describe('or_severity_critical', () => {
  it('activates by the hub’s last word, also after a restart without the hub', async () => {
    const host = await createHost();
    const first = await host.start();
    await hold(first, envelopeFor(host, { or_severity_critical: true }, HOUR, T0 + MINUTE));
    await first.contact.onState(1);
    await look(first);
    expect(await host.runs()).toBe(0);
    host.pass(2 * MINUTE);
    const second = await host.start();
    await look(second);
    expect(await host.runs()).toBe(1);
    expect(await resultsIn(host.stateDir)).toMatchObject([
      { activation: { condition: 'severity_critical', critical_source: 'hub' } },
    ]);
  });

  it('activates by the host’s own finding, and not for one that the token does not name', async () => {
    const host = await createHost();
    const parts = await host.start();
    await hold(parts, envelopeFor(host, { heartbeat_lost_minutes: 5 }));
    host.findSomething();
    await look(parts);
    expect(await host.runs()).toBe(0);
    await hold(parts, envelopeFor(host, { or_severity_critical: true }));
    await look(parts);
    expect(await host.runs()).toBe(1);
    expect(await resultsIn(host.stateDir)).toMatchObject([{ activation: { critical_source: 'local' } }]);
  });
});

describe('a window', () => {
  it('that is over drops the token unused; a clock set back does not reopen it, over a restart either', async () => {
    const host = await createHost();
    const first = await host.start();
    const held = envelopeFor(host, { or_severity_critical: true }, HOUR);
    await hold(first, held);
    host.pass(HOUR + 1);
    await look(first);
    expect(first.preIssued.list()).toEqual([]);
    await first.floor.persist();
    host.findSomething();
    host.time.wall = T0 + MINUTE;
    host.time.monotonic = 0;
    const second = await host.start();
    expect(second.execution.judge(held.envelope, null)).toMatchObject({ kind: 'refused', code: 'eat_expired' });
    await look(second);
    expect(await host.runs()).toBe(0);
  });

  it('longer than 72 hours is refused when it comes', async () => {
    const host = await createHost();
    const parts = await host.start();
    const { envelope } = envelopeFor(host, { or_severity_critical: true }, 72 * HOUR + 1);
    expect(parts.execution.judge(envelope, null)).toMatchObject({ code: 'eat_window_too_long' });
  });
});

describe('a held token', () => {
  it('is sealed: others cannot read it, and a changed or exchanged file is dropped', async () => {
    const host = await createHost();
    const first = await host.start();
    const [one, two] = [1, 2].map(() => envelopeFor(host, { or_severity_critical: true }));
    if (one === undefined || two === undefined) throw new Error('two');
    await hold(first, one);
    await hold(first, two);
    const path = (token: EatToken): string => join(host.stateDir, 'held', `${token.nonce}.sealed`);
    const sealed = await readFile(path(one.token));
    expect((await stat(path(one.token))).mode & 0o777).toBe(0o600);
    expect(sealed.includes(one.token.reason)).toBe(false);
    expect(
      (await host.start()).preIssued
        .list()
        .map(({ nonce }) => nonce)
        .toSorted(),
    ).toEqual([one.token.nonce, two.token.nonce].toSorted());
    await writeFile(path(two.token), sealed);
    sealed[20] = (sealed[20] ?? 0) ^ 1;
    await writeFile(path(one.token), sealed);
    expect((await host.start()).preIssued.list()).toEqual([]);
  });

  it('is shown with window, conditions and actions', async () => {
    const host = await createHost();
    const parts = await host.start();
    const { envelope, token } = envelopeFor(host, { heartbeat_lost_minutes: 5, or_severity_critical: true });
    await hold(parts, { envelope, token });
    expect(parts.preIssued.list()).toEqual([
      {
        nonce: token.nonce,
        actions: ['RunPlaybook: of-the-test'],
        reason: token.reason,
        valid_from: isoOf(T0),
        valid_until: token.expires_at,
        conditions: { heartbeat_lost_minutes: 5, or_severity_critical: true },
      },
    ]);
  });

  it('that is revoked never activates, even when it comes again or comes late', async () => {
    const host = await createHost();
    const parts = await host.start();
    host.findSomething();
    const held = envelopeFor(host, { or_severity_critical: true });
    await hold(parts, held);
    expect(await parts.preIssued.revoke(held.token.nonce)).toEqual({ status: 'revoked', was_held: true });
    expect(await readdir(join(host.stateDir, 'held'))).toEqual([]);
    const late = envelopeFor(host, { or_severity_critical: true });
    expect(await parts.preIssued.revoke(late.token.nonce)).toEqual({ status: 'revoked', was_held: false });
    for (const { envelope } of [held, late]) {
      expect(parts.execution.judge(envelope, null)).toMatchObject({ code: 'eat_nonce_used' });
    }
    await look(await host.start());
    expect(await host.runs()).toBe(0);
  });

  it('that was used cannot be revoked any more', async () => {
    const host = await createHost();
    const parts = await host.start();
    const held = envelopeFor(host, { or_severity_critical: true });
    await hold(parts, held);
    host.findSomething();
    await look(parts);
    expect(await parts.preIssued.revoke(held.token.nonce)).toEqual({ status: 'used' });
  });
});

describe('a full disk', () => {
  it('at the moment of activation does not lose the token: the next look tries again, and it runs once', async () => {
    const host = await createHost();
    const parts = await host.start();
    await hold(parts, envelopeFor(host, { or_severity_critical: true }));
    const { persist } = parts.floor;
    Object.assign(parts.floor, {
      persist: () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })),
    });
    host.findSomething();
    await look(parts);
    expect([await host.runs(), parts.preIssued.list().length]).toEqual([0, 1]);
    Object.assign(parts.floor, { persist });
    await look(parts);
    await look(parts);
    expect([await host.runs(), parts.preIssued.list().length]).toEqual([1, 0]);
  });
});

describe('a bait file', () => {
  it('is told of once it is safe in the buffer, over a restart, and at most once a minute', async () => {
    const host = await createHost();
    const clock = { wall: () => host.time.wall, monotonic: () => host.time.monotonic };
    const floor = await openClockFloor(host.stateDir, clock);
    const open = () => openDetectors(host.stateDir, floor, createLog('silent'));
    let detectors = await open();
    const bait = join(host.stateDir, 'passwords.txt');
    await writeFile(bait, 'hunter2');
    await detectors.look([bait]);
    const told: FindingEvent[] = [];
    const report = (isKept: boolean) =>
      detectors.report(async (event) => {
        if (isKept) told.push(event);
        return isKept;
      });
    const touch = async (content: string): Promise<void> => {
      await writeFile(bait, content);
      expect(await detectors.look([bait])).toBe(true);
    };
    await touch('encrypted!');
    await report(false);
    detectors = await open();
    host.pass(5_000);
    await report(true);
    await report(true);
    detectors = await open();
    await report(true);
    expect(told).toMatchObject([
      {
        severity: 'critical',
        title: `Bait file was changed: ${bait}`,
        detail: { kind: 'honeypot', path: bait, times: '1' },
      },
    ]);
    expect(told[0]?.agoMs).toBe(5_000);
    await touch('again');
    await report(true);
    await touch('and once more');
    await report(true);
    expect(told).toHaveLength(2);
    host.pass(60_000);
    await report(true);
    expect(told.map(({ fingerprint }) => fingerprint)).toEqual(Array(3).fill(told[0]?.fingerprint));
  });

  it('that is read, changed or gone is a finding, which outlives a restart', async () => {
    const host = await createHost();
    const floor = await openClockFloor(host.stateDir);
    const open = () => openDetectors(host.stateDir, floor, createLog('silent'));
    const detectors = await open();
    const bait = join(host.stateDir, 'passwords.txt');
    await writeFile(bait, 'hunter2');
    expect(await detectors.look([bait])).toBe(false);
    expect(await detectors.look([bait])).toBe(false);
    expect(detectors.hasCritical()).toBe(false);
    await writeFile(bait, 'encrypted!');
    expect(await detectors.look([bait])).toBe(true);
    expect(detectors.findings()).toMatchObject([{ path: bait, what: 'changed' }]);
    expect((await open()).hasCritical()).toBe(true);
    await readFile(bait);
    expect(await detectors.look([bait])).toBe(true);
    expect(detectors.findings()).toMatchObject([{ what: 'changed' }, { what: 'read' }]);
    await rm(bait);
    expect(await detectors.look([bait])).toBe(true);
    expect(detectors.findings().at(-1)).toMatchObject({ what: 'gone' });
    expect(await detectors.look([bait])).toBe(false);
  });
});
