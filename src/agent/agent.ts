/**
 * The agent: registers, then five loops side by side until it is stopped: heartbeats (by HTTP, with metrics),
 * inventories, delivery of the buffer, the socket, and emergency tokens (emergency.ts). They share nothing but the buffer and the state folder, so
 * a hub that is away slows none of them.
 */

import type { HubKey } from '../domain/agentFrames.ts';
import type { Heartbeat } from '../domain/ingest.ts';
import { VERSION } from '../domain/version.ts';
import { type BatchBuffer, openBuffer } from './buffer.ts';
import { createClock } from './clock.ts';
import { openCommandLedger } from './commandLedger.ts';
import type { AgentConfig } from './config.ts';
import { type DeliveryDeps, deliverWaiting, keepDelivering } from './delivery.ts';
import type { FindingEvent } from './detectors.ts';
import { hasCode, isDiskTrouble, makeFolder, removeLeftovers } from './durable.ts';
import { type Emergency, openEmergency } from './emergency.ts';
import { AgentFault } from './fault.ts';
import { createHubClient, type HubAnswer } from './hubClient.ts';
import { loadHubTrust } from './hubKeys.ts';
import { loadIdentity } from './identity.ts';
import { collectInventory, readBootId } from './inventory/collect.ts';
import { keepLink } from './link.ts';
import { errorText, type Logger } from './log.ts';
import { createSampler } from './metrics.ts';
import { heartbeatMs, readRegistration, register } from './registering.ts';
import { lockState } from './stateLock.ts';
import { createWaker } from './waiting.ts';

/** Runs until `stop` aborts (or, with `once`, until delivered). Throws {@link AgentFault} when it cannot go on. */
export async function runAgent(config: AgentConfig, log: Logger, stop: AbortSignal): Promise<void> {
  await prepareFolder(config.state_dir);
  const unlock = await lockState(config.state_dir);
  try {
    await removeLeftovers(config.state_dir);
    await runLocked(config, log, stop);
  } finally {
    await unlock();
  }
}

async function runLocked(config: AgentConfig, log: Logger, stop: AbortSignal): Promise<void> {
  // One loop that fails takes the others down, so that a supervisor sees it and starts the agent afresh.
  const failure = new AbortController();
  const signal = AbortSignal.any([stop, failure.signal]);
  const identity = await loadIdentity(config.state_dir, config.agent_id);
  const trust = await loadHubTrust(config.state_dir);
  const ledger = await openCommandLedger(config.state_dir);
  const buffer = await openBuffer(config.state_dir, config.max_buffer_bytes, log);
  const clock = createClock();
  const client = createHubClient({ hub: config.hub, identity, clock, log, signal });
  warnOfPlainHttp(config.hub, log);

  const onHubKeys = async (keys: readonly HubKey[]): Promise<void> => {
    for (const refused of await trust.offer(keys)) log.error(refused, 'the hub shows a key that is not trusted');
  };
  const registered =
    (await readRegistration(config.state_dir)) ?? (await register({ config, identity, client, log, signal }));
  if (registered === null) return;
  await onHubKeys(registered.hub_keys);

  const deliveryWaker = createWaker(signal);
  const inventoryWaker = createWaker(signal);
  const sample = createSampler(log);
  let emergency: Emergency | null = null;
  const bootId = await readBootId();

  let collecting: Promise<string> | null = null;
  /** Collects and buffers an inventory; those who ask meanwhile share it. Gives its time. */
  const reportInventory = (): Promise<string> => {
    collecting ??= (async () => {
      const at = clock.iso();
      const inventory = await collectInventory({ config, at, log, signal });
      if (!signal.aborted) await addTo(buffer, { kind: 'inventory', inventory }, log);
      deliveryWaker.wake();
      return at;
    })().finally(() => {
      collecting = null;
    });
    return collecting;
  };
  const heartbeat = async (): Promise<HubAnswer> => {
    const metrics = await sample(clock.iso());
    const body: Heartbeat = {
      sent_at: clock.iso(),
      boot_id: bootId,
      agent_version: VERSION,
      buffered_batches: buffer.count(),
      metrics,
    };
    const answer = await client.post(`/api/v1/agents/${identity.agentId}/heartbeat`, JSON.stringify(body));
    emergency?.onHeartbeat(answer.kind === 'ok');
    if (answer.kind !== 'ok') await addTo(buffer, { kind: 'metrics', sample: metrics }, log);
    return answer;
  };
  const delivery: DeliveryDeps = { buffer, client, onTimeRefused: inventoryWaker.wake, log, signal };

  if (config.once) {
    await heartbeat();
    await reportInventory();
    const refused = await deliverWaiting(delivery);
    if (refused !== null)
      throw new AgentFault(
        `The hub did not take everything (${refused.kind === 'away' ? refused.why : refused.code}); ${buffer.count()} batches wait in ${config.state_dir}.`,
      );
    log.info('delivered');
    return;
  }

  const keepBeating = async (): Promise<void> => {
    let state = '';
    const everyMs = heartbeatMs(config, registered);
    const waker = createWaker(signal);
    while (!signal.aborted) {
      const startedAt = performance.now();
      const answer = await heartbeat();
      if (signal.aborted) return;
      const now = answer.kind === 'refused' ? `refused: ${answer.code}` : answer.kind;
      if (now !== state) log[answer.kind === 'ok' ? 'info' : 'warn']({ answer: now, buffered: buffer.count() }, 'hub');
      state = now;
      if (answer.kind === 'ok') deliveryWaker.wake();
      else if (answer.kind === 'refused' && answer.code === 'agent_unknown' && config.enrolment_token !== undefined) {
        await registerAnew();
      }
      await waker.wait(Math.max(0, everyMs - (performance.now() - startedAt)));
    }
  };
  /** The hub lost this host (or an admin retired it): offer the token once per heartbeat, and never end for its refusal. */
  const registerAnew = async (): Promise<void> => {
    try {
      const again = await register({ config: { ...config, once: true }, identity, client, log, signal });
      if (again === null) return;
      await ledger.reset();
      await onHubKeys(again.hub_keys);
      inventoryWaker.wake();
    } catch (error) {
      if (!(error instanceof AgentFault)) throw error;
      log.warn({ why: error.message }, 'the hub does not know this host and does not register it');
    }
  };
  const keepInventory = async (): Promise<void> => {
    while (!signal.aborted) {
      await reportInventory();
      await inventoryWaker.wait(config.inventory_seconds * 1000);
    }
  };
  const tell = async ({ agoMs, ...event }: FindingEvent): Promise<boolean> => {
    const at = new Date(clock.now() - agoMs).toISOString();
    const isKept = await addTo(buffer, { kind: 'event', event: { ...event, at, resolved: false } }, log);
    deliveryWaker.wake();
    return isKept;
  };
  const { tenant_id: tenantId } = registered;
  emergency = await openEmergency({ config, identity, tenantId, trust, client, tell, log, signal });
  const handlers = {
    collect_inventory: async () => ({ collected_at: await reportInventory() }),
    ...emergency.handlers,
  };

  const loops = [
    keepBeating(),
    keepInventory(),
    keepDelivering(delivery, deliveryWaker),
    keepLink({
      hub: config.hub,
      identity,
      clock,
      ledger,
      handlers,
      onHubKeys,
      onState: emergency.onState,
      log,
      signal,
    }),
    emergency.run(),
  ].map(async (loop) => {
    try {
      await loop;
    } catch (error) {
      failure.abort();
      // What a stop interrupts may fail as it likes.
      if (!stop.aborted) throw error;
    }
  });
  const results = await Promise.allSettled(loops);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** A disk that is full loses this entry but not the agent: it still beats, and says so in its log. Whether it is kept. */
async function addTo(buffer: BatchBuffer, entry: Parameters<BatchBuffer['add']>[0], log: Logger): Promise<boolean> {
  try {
    await buffer.add(entry);
    return true;
  } catch (error) {
    if (!isDiskTrouble(error)) throw error;
    log.error({ why: errorText(error), kind: entry.kind }, 'the buffer cannot be written; an entry is lost');
    return false;
  }
}

async function prepareFolder(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'))
      throw new AgentFault(`${path} cannot be made (${errorText(error)}); give a folder of your own with --state-dir.`);
    throw error;
  }
}

function warnOfPlainHttp(hub: string, log: Logger): void {
  const { protocol, hostname } = new URL(hub);
  const isLocal = ['localhost', '[::1]'].includes(hostname) || hostname.startsWith('127.');
  if (protocol === 'http:' && !isLocal)
    log.warn('the hub is reached over plain HTTP: requests are signed, but anyone on the way can read them');
}
