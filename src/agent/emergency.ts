/**
 * Emergency tokens on this host, put together: what comes over the socket goes to execution (now) or is held
 * (pre-issued); results go out; held tokens, bait files, the isolation and the clock are looked at all the time.
 */

import { dirname } from 'node:path';
import { z } from 'zod';
import { FLOOR_INTERVAL_MS, openClockFloor, SYSTEM_CLOCK } from './clockFloor.ts';
import type { CommandHandler, CommandHandlers } from './commands.ts';
import type { AgentConfig } from './config.ts';
import { type FindingEvent, openDetectors } from './detectors.ts';
import { isDiskTrouble } from './durable.ts';
import { createExecution, readTokenCommand } from './execution.ts';
import { openIsolation } from './executors/isolation.ts';
import type { HubClient } from './hubClient.ts';
import { openHubContact } from './hubContact.ts';
import type { HubTrust } from './hubKeys.ts';
import type { Identity } from './identity.ts';
import { errorText, type Logger } from './log.ts';
import { openNonceLedger } from './nonceLedger.ts';
import { type PolicyReading, readPolicy } from './policy.ts';
import { openPreIssued } from './preIssued.ts';
import { keepReporting, openResultOutbox } from './resultOutbox.ts';
import { writeStatus } from './status.ts';
import { createWaker, sleep } from './waiting.ts';

/** How often held tokens and bait files are looked at. */
const LOOK_MS = 2_000;
/** How long the first look waits for the first heartbeat. */
const FIRST_BEAT_MS = 10_000;
/** How much silence a crash may take out of the count. */
const CONTACT_INTERVAL_MS = 15_000;

/** The parts of the agent that deal with emergency tokens. */
export type Emergency = {
  readonly handlers: CommandHandlers;
  readonly onState: (openCriticalAlerts: number) => Promise<void>;
  /** A heartbeat was tried. */
  readonly onHeartbeat: (isDelivered: boolean) => void;
  readonly run: () => Promise<void>;
};

/** Opens them over the state folder; `run` first brings what a crash left to its results. */
export async function openEmergency(deps: {
  readonly config: AgentConfig;
  readonly identity: Identity;
  readonly tenantId: string;
  readonly trust: HubTrust;
  readonly client: HubClient;
  /** Keeps an event for the hub; whether it is safe on the disk. */
  readonly tell: (event: FindingEvent) => Promise<boolean>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<Emergency> {
  const { config, identity, tenantId, trust, client, log, signal } = deps;
  const stateDir = config.state_dir;
  const floor = await openClockFloor(stateDir);
  const contact = await openHubContact(stateDir, floor, SYSTEM_CLOCK);
  const ledger = await openNonceLedger(stateDir, floor.now());
  const outbox = await openResultOutbox(stateDir, identity, log);
  const detectors = await openDetectors(stateDir, floor, log);
  const resultWaker = createWaker(signal);
  const statusWaker = createWaker(signal);
  const contactWaker = createWaker(signal);
  const firstBeatWaker = createWaker(signal);
  const isolation = await openIsolation({
    stateDir,
    hub: config.hub,
    nowMs: floor.now,
    onChange: statusWaker.wake,
    log,
    signal,
  });
  const policyNow = (): PolicyReading => readPolicy(config.config_file, config.is_config_required);
  const execution = createExecution({
    identity,
    tenantId,
    hubKeys: trust.keys,
    floor,
    ledger,
    outbox,
    readPolicy: policyNow,
    stepContext: {
      stateDir,
      ownPaths: [stateDir, config.config_file, process.execPath, dirname(import.meta.dirname)],
      isolation,
      nowMs: floor.now,
      signal,
    },
    isDryRun: config.dry_run,
    onResult: () => {
      resultWaker.wake();
      statusWaker.wake();
    },
    log,
  });
  const preIssued = await openPreIssued({
    stateDir,
    identity,
    execution,
    ledger,
    floor,
    contact,
    hasLocalCritical: detectors.hasCritical,
    onChange: statusWaker.wake,
    log,
  });

  const receive: CommandHandler = async (payload) => {
    await floor.persist();
    if (floor.lagMs() > 30_000)
      log.warn({ behind_seconds: Math.round(floor.lagMs() / 1000) }, 'the clock was set back');
    const received = readTokenCommand(payload);
    if (received.kind === 'malformed') {
      const { nonce, text } = received;
      if (nonce === null) return { status: 'refused', refusal_code: 'eat_malformed' };
      return execution.refuse({ nonce, text, token: null }, 'eat_malformed');
    }
    const { nonce, envelope } = received;
    const verdict = execution.judge(envelope, null);
    if (verdict.kind === 'refused')
      return execution.refuse({ nonce, text: envelope.token, token: verdict.token }, verdict.code);
    // By what the token says, not by the kind of the command: a pre-issued one never runs at once.
    return verdict.token.pre_issued === null
      ? execution.accept(envelope, verdict)
      : preIssued.hold(envelope, verdict.token);
  };
  const revoke: CommandHandler = async (payload) => {
    const named = z.object({ nonce: z.uuid() }).safeParse(payload);
    return named.success ? preIssued.revoke(named.data.nonce) : { status: 'unknown' };
  };

  const status = (): Promise<void> => {
    const reading = policyNow();
    const state = isolation.state();
    return writeStatus(stateDir, {
      at: floor.iso(),
      agent_id: identity.agentId,
      dry_run: config.dry_run || (reading.kind === 'ok' && reading.policy.policy.dry_run),
      policy_fault: reading.kind === 'ok' ? null : reading.why,
      held_tokens: preIssued.list(),
      results_waiting: outbox.count(),
      isolation: state === null ? null : { until: new Date(state.until_ms).toISOString(), reachable: state.addresses },
      findings: detectors.findings(),
    });
  };
  const troubled = new Set<string>();
  /** A disk that is full ends no loop: the host still beats, and what was not written is written at the next round. */
  const despiteDisk = async (what: string, task: () => Promise<unknown>): Promise<void> => {
    try {
      await task();
      if (troubled.delete(what)) log.info({ what }, 'the state folder can be written again');
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      if (!troubled.has(what)) log.error({ what, why: errorText(error) }, 'the state folder cannot be written');
      troubled.add(what);
    }
  };
  const keepStatus = async (): Promise<void> => {
    while (!signal.aborted) {
      await despiteDisk('status', status);
      await statusWaker.wait(FLOOR_INTERVAL_MS);
    }
  };
  const keepLooking = async (): Promise<void> => {
    // The silence of before a restart must not activate anything while the hub is a moment away.
    await firstBeatWaker.wait(FIRST_BEAT_MS);
    while (!signal.aborted) {
      const reading = policyNow();
      const paths = reading.kind === 'ok' ? reading.policy.detectors.honeypot_paths : [];
      await despiteDisk('bait files', async () => (await detectors.look(paths)) && statusWaker.wake());
      // Protection first, then the hub is told.
      await despiteDisk('held tokens', preIssued.look);
      await despiteDisk('findings', () => detectors.report(deps.tell));
      await sleep(LOOK_MS, signal);
    }
  };
  const keepTime = async (): Promise<void> => {
    let floorAt = 0;
    while (!signal.aborted) {
      await despiteDisk('hub contact', contact.persist);
      if (floor.now() - floorAt >= FLOOR_INTERVAL_MS) {
        await despiteDisk('clock floor', floor.persist);
        floorAt = floor.now();
      }
      await contactWaker.wait(CONTACT_INTERVAL_MS);
    }
    await despiteDisk('hub contact', contact.persist);
  };

  return {
    handlers: { eat: receive, pre_issued_eat: receive, revoke_pre_issued_eat: revoke },
    onState: (openCriticalAlerts) => despiteDisk('hub contact', () => contact.onState(openCriticalAlerts)),
    onHeartbeat: (isDelivered) => {
      firstBeatWaker.wake();
      if (!isDelivered) return;
      const before = contact.lastDeliveredAt();
      contact.onHeartbeatDelivered();
      // Every heartbeat would be a write each; the first after a silence is worth one at once.
      if (before === null || floor.now() - Date.parse(before) > CONTACT_INTERVAL_MS) contactWaker.wake();
      if (outbox.count() > 0) resultWaker.wake();
    },
    run: async () => {
      await execution.recover();
      await Promise.all([
        keepReporting({ outbox, client, signal }, resultWaker),
        keepStatus(),
        keepLooking(),
        keepTime(),
        isolation.keepWatch(),
      ]);
      await execution.idle();
    },
  };
}
