/** Facts coming in: the agent's batches, and what other systems push. */

import { z } from 'zod';
import { findAgentByHostname, insertKernelChange, updateHostFacts } from '../../db/agents.ts';
import { lockTenantAlerts } from '../../db/alertLock.ts';
import { clearAlert, raiseAlert } from '../../db/alerts.ts';
import { insertProposal } from '../../db/automaticResponses.ts';
import { syncHostGroups } from '../../db/groupMembership.ts';
import { claimKeyInTransaction } from '../../db/idempotency.ts';
import {
  insertMetricSamples,
  storeInventory,
  syncBaselines,
  syncSecurityFindings,
  takeBatch,
} from '../../db/inventories.ts';
import { type TenantTx, withTenant } from '../../db/scope.ts';
import { syncKernelCves, syncPackageCves } from '../../db/vulnerabilities.ts';
import { alertmanagerEvents, alertmanagerWebhook } from '../../domain/alertmanager.ts';
import { LEVEL2_WAIT_SECONDS } from '../../domain/automaticResponse.ts';
import { ACTION_KINDS } from '../../domain/eatLevels.ts';
import { type BatchEntry, type Inventory, ingestBatch, type ReportedEvent } from '../../domain/ingest.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { trivyCves, trivyReport } from '../../domain/trivy.ts';
import type { Logger } from '../../platform/log.ts';
import { automaticStart } from '../../workflows/messages.ts';
import type { ApiDeps } from '../deps.ts';
import { namedAction, pinActions } from '../emergencyActions.ts';
import { startEscalations } from '../escalationStart.ts';
import { enforceLimit } from '../middleware/rateLimit.ts';
import type { AgentPrincipal, IntegrationPrincipal } from '../principal.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { startOnce } from '../temporal.ts';

const BATCHES_PER_MINUTE = 60;
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
/** A clock this far ahead would put facts where no reader looks; the past is welcome, as disk buffers deliver late. */
const FUTURE_TOLERANCE_MS = 5 * 60_000;

type Host = { readonly tenantId: string; readonly agentId: string };

/** Whether the host is another one now, as far as groups look. */
async function applyInventory(tx: TenantTx, host: Host, inventory: Inventory): Promise<boolean> {
  const isNewest = await storeInventory(tx, host, inventory);
  if (!isNewest) return false;
  const before = await updateHostFacts(tx, host.tenantId, host.agentId, {
    os_id: inventory.os.id,
    os_name: inventory.os.name,
    arch: inventory.arch,
    kernel_release: inventory.kernel.release,
    kernel_upstream: inventory.kernel.upstream,
  });
  const at = inventory.collected_at;
  if (before.kernel_release !== inventory.kernel.release) {
    await insertKernelChange(tx, { ...host, at, from: before.kernel_release, to: inventory.kernel.release });
  }
  await syncSecurityFindings(tx, host, inventory);
  await syncBaselines(tx, host, inventory);
  await syncKernelCves(tx, { ...host, kernelUpstream: inventory.kernel.upstream, at });
  return before.is_other;
}

async function applyEvent(
  tx: TenantTx,
  tenantId: string,
  agentId: string | null,
  source: 'ingest' | 'alertmanager',
  event: ReportedEvent,
): Promise<Proposal | null> {
  // Two hosts may use one fingerprint for their own troubles; Alertmanager's are its own and unique already.
  const fingerprint = source === 'ingest' ? `ingest:${agentId ?? 'tenant'}:${event.fingerprint}` : event.fingerprint;
  if (event.resolved) {
    await clearAlert(tx, tenantId, fingerprint, event.at, 'The reporter says that it is over.');
    return null;
  }
  const raised = await raiseAlert(tx, {
    tenant_id: tenantId,
    agent_id: agentId,
    source,
    fingerprint,
    severity: event.severity,
    title: event.title,
    detail: event.detail,
    at: event.at,
  });
  if (event.response === undefined || agentId === null || raised.folded) return null;
  return propose(tx, { alert_id: raised.id, tenant_id: tenantId, agent_id: agentId }, event.response);
}

type Proposal = { readonly alert_id: string; readonly level: 1 | 2 };

/** Keeps what the reporter would do; an action that is not a single step of level 1 or 2 is refused with the batch. */
async function propose(
  tx: TenantTx,
  about: { readonly alert_id: string; readonly tenant_id: string; readonly agent_id: string },
  response: NonNullable<ReportedEvent['response']>,
): Promise<Proposal | null> {
  const named = namedAction.safeParse(response.action);
  const [action] = named.success ? await pinActions(tx, [named.data]) : [];
  const level = action === undefined ? 3 : ACTION_KINDS[action.kind].level;
  if (action === undefined || level === 3)
    throw new RefusedError('invalid_request', 'A proposed action is one step of level 1 or 2.');
  const isNew = await insertProposal(tx, { ...about, action, level, confidence: response.confidence });
  return isNew ? { alert_id: about.alert_id, level } : null;
}

/** Starts what decides the proposals; one that does not start now is found by the next sweep. */
async function startResponses(
  { deps, log }: { readonly deps: ApiDeps; readonly log: Logger },
  principal: AgentPrincipal | IntegrationPrincipal,
  proposals: readonly Proposal[],
): Promise<void> {
  const { temporal } = deps;
  if (temporal === null) return;
  for (const { alert_id, level } of proposals) {
    const input = {
      alert_id,
      tenant_id: principal.tenantId,
      msp_id: principal.mspId,
      wait_seconds: level === 1 ? 0 : LEVEL2_WAIT_SECONDS,
    };
    await startOnce(temporal, () => temporal.workflow.start('automaticResponse', automaticStart(input))).catch(
      (error: unknown) => log.warn({ err: error, alert_id }, 'an automatic response waits for the next sweep'),
    );
  }
}

function timeOf(entry: BatchEntry): string {
  if (entry.kind === 'metrics') return entry.sample.sampled_at;
  return entry.kind === 'inventory' ? entry.inventory.collected_at : entry.event.at;
}

function refuseFuture(times: readonly string[], nowMs: number): void {
  if (times.some((time) => Date.parse(time) > nowMs + FUTURE_TOLERANCE_MS))
    throw new RefusedError('agent_time_in_future');
}

/** The host that an entry is about: the agent itself, or the one an integration names. */
async function hostOf(
  tx: TenantTx,
  principal: AgentPrincipal | IntegrationPrincipal,
  hostname: string | undefined,
): Promise<string | null> {
  if (principal.kind === 'agent') return principal.agentId;
  return hostname === undefined ? null : findAgentByHostname(tx, principal.tenantId, hostname);
}

/** Takes the batch in the transaction that applies it. An integration's ids are remembered for a day, an agent's longer. */
function isFirstDelivery(
  tx: TenantTx,
  principal: AgentPrincipal | IntegrationPrincipal,
  batchId: string,
): Promise<boolean> {
  if (principal.kind === 'agent') return takeBatch(tx, principal, batchId);
  return claimKeyInTransaction(tx, `batch:${principal.tokenId}`, batchId);
}

const ingest = defineRoute({
  method: 'post',
  path: '/ingest',
  tag: 'Ingest',
  summary: 'Deliver a batch of facts',
  description:
    'From an agent (signed) or another system (integration token of purpose `ingest`, naming a known host per entry). A batch is ' +
    'applied whole or not at all; the same `batch_id` again answers `"duplicate": true` and changes nothing. 60 batches a minute.',
  auth: { kind: 'agent_or_integration', purpose: 'ingest' },
  tenantScoped: true,
  body: ingestBatch,
  output: z.object({ accepted: z.int(), duplicate: z.boolean(), unknown_hosts: z.array(z.string()) }),
  status: 202,
  bodyLimitBytes: BODY_LIMIT_BYTES,
  refusals: ['agent_time_in_future', 'agent_signature_invalid', 'body_too_large'],
  handle: async ({ deps, principal, body, log }) => {
    const { tenantId } = principal;
    const senderId = principal.kind === 'agent' ? principal.agentId : principal.tokenId;
    await enforceLimit(deps, `ingest:${senderId}`, BATCHES_PER_MINUTE);
    refuseFuture(body.entries.map(timeOf), deps.now());
    const { proposals, ...answer } = await withTenant(deps.pool, tenantId, async (tx) => {
      const proposals: Proposal[] = [];
      if (!(await isFirstDelivery(tx, principal, body.batch_id)))
        return { accepted: 0, duplicate: true, unknown_hosts: [], proposals };
      // Before the first alert's row, as whoever changes several alerts of a tenant does.
      if (body.entries.some((entry) => entry.kind === 'event')) await lockTenantAlerts(tx, tenantId);
      const unknown = new Set<string>();
      const others = new Set<string>();
      let accepted = 0;
      for (const entry of body.entries) {
        const hostname = entry.kind === 'inventory' ? entry.inventory.hostname : entry.hostname;
        const agentId = await hostOf(tx, principal, hostname);
        if (entry.kind === 'event') {
          const proposal = await applyEvent(tx, tenantId, agentId, 'ingest', entry.event);
          if (proposal !== null) proposals.push(proposal);
        } else if (agentId === null) {
          unknown.add(hostname ?? '(none)');
          continue;
        } else if (entry.kind === 'metrics') await insertMetricSamples(tx, { tenantId, agentId }, [entry.sample]);
        else if (await applyInventory(tx, { tenantId, agentId }, entry.inventory)) others.add(agentId);
        accepted += 1;
      }
      // Last, after whatever locks hosts or alerts.
      if (others.size > 0) await syncHostGroups(tx, { tenantId, mspId: principal.mspId, agentIds: [...others] });
      return { accepted, duplicate: false, unknown_hosts: [...unknown], proposals };
    });
    await startResponses({ deps, log }, principal, proposals);
    // Samples alone open no alert; the rules' pass does.
    if (body.entries.some((entry) => entry.kind !== 'metrics')) await startEscalations({ deps, log }, tenantId);
    return answer;
  },
});

const alertmanager = defineRoute({
  method: 'post',
  path: '/integrations/alertmanager',
  tag: 'Ingest',
  summary: 'Receiver for Prometheus Alertmanager (webhook_config, version 4)',
  description:
    'Set the integration token as bearer in `http_config`. See docs/integrations.md for the mapping of labels.',
  auth: { kind: 'integration', purpose: 'alertmanager' },
  tenantScoped: true,
  body: alertmanagerWebhook,
  output: z.object({ accepted: z.int() }),
  refusals: [],
  handle: async ({ deps, principal, body, log }) => {
    const events = alertmanagerEvents(body);
    const now = new Date(deps.now()).toISOString();
    await withTenant(deps.pool, principal.tenantId, async (tx) => {
      await lockTenantAlerts(tx, principal.tenantId);
      for (const { hostname, event } of events) {
        const agentId = hostname === null ? null : await findAgentByHostname(tx, principal.tenantId, hostname);
        // A resolve happens now, whenever the trouble began; a beginning in the future would put off its SLA.
        const startedAt = new Date(event.at).toISOString();
        await applyEvent(tx, principal.tenantId, agentId, 'alertmanager', {
          ...event,
          at: event.resolved || startedAt > now ? now : startedAt,
        });
      }
    });
    await startEscalations({ deps, log }, principal.tenantId);
    return { accepted: events.length };
  },
});

const trivy = defineRoute({
  method: 'post',
  path: '/integrations/trivy',
  tag: 'Ingest',
  summary: 'Take a Trivy JSON report of one host as its package CVEs',
  description: 'The report replaces the one before: CVEs that are gone count as patched at its time.',
  auth: { kind: 'integration', purpose: 'trivy' },
  tenantScoped: true,
  query: z.object({ hostname: z.string().min(1).max(253) }),
  body: trivyReport,
  bodyLimitBytes: 64 * 1024 * 1024,
  output: z.object({ agent_id: z.uuid(), cves: z.int() }),
  refusals: ['not_found', 'body_too_large', 'agent_time_in_future'],
  handle: async ({ deps, principal, query, body, log }) => {
    const { tenantId } = principal;
    const at = new Date(body.CreatedAt ?? deps.now()).toISOString();
    refuseFuture([at], deps.now());
    const cves = trivyCves(body);
    const answer = await withTenant(deps.pool, tenantId, async (tx) => {
      const agentId = await findAgentByHostname(tx, tenantId, query.hostname);
      if (agentId === null)
        throw new RefusedError('not_found', `No host of this tenant is called "${query.hostname}".`);
      await syncPackageCves(tx, { tenantId, agentId, at }, cves);
      await recordAct(tx, principal, tenantId, 'trivy_report_received', {
        agent_id: agentId,
        integration_token_id: principal.tokenId,
        cves: cves.length,
      });
      return { agent_id: agentId, cves: cves.length };
    });
    await startEscalations({ deps, log }, tenantId);
    return answer;
  },
});

/** Routes of facts coming in. */
export const ingestRoutes = [ingest, alertmanager, trivy];
