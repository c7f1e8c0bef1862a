/**
 * The agents' WebSocket: `GET /api/v1/ws/agents/:id`, authenticated by the same signature as every request.
 *
 * The socket only carries: what must not be lost waits in the outbox. On connect and on each NOTIFY the pending
 * commands of the agent are sent in order; those not acknowledged come again on the next socket, to whichever
 * instance holds it.
 */

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { isAgentActive } from '../../db/agents.ts';
import { appendAudit } from '../../db/audit.ts';
import { noteDelivery } from '../../db/emergency.ts';
import { listHubKeysForAgents } from '../../db/hubKeys.ts';
import { acknowledgeCommand, takePendingCommands } from '../../db/outbox.ts';
import { confirmRevocation, countOpenCriticalAlerts } from '../../db/preIssued.ts';
import { withTenant } from '../../db/scope.ts';
import { agentFrame, type HubFrame, SOCKET_PING_SECONDS } from '../../domain/agentFrames.ts';
import { REFUSALS, RefusedError } from '../../domain/refusal.ts';
import { parseStrictJson } from '../../domain/strictJson.ts';
import { resultSignal, WORKFLOW_IDS } from '../../workflows/messages.ts';
import { verifyAgentRequest } from '../agentRequest.ts';
import type { ApiDeps } from '../deps.ts';
import type { AgentPrincipal } from '../principal.ts';
import { problemType } from '../problem.ts';
import { presentHubKey } from '../routes/agentLink.ts';
import { tellWorkflow } from '../temporal.ts';

const PATH = /^\/api\/v1\/ws\/agents\/([0-9a-f-]{36})$/;
const MAX_FRAME_BYTES = 64 * 1024;
/** WebSocket close code "going away", and our own for a newer socket of the same agent and for a retired host. */
const GOING_AWAY = 1001;
const REPLACED = 4001;
const DEACTIVATED = 4003;

/** Attaches the sockets to `server`; the returned function closes them all. */
export function attachAgentSockets(server: Server, deps: ApiDeps): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
  const byAgent = new Map<string, WebSocket>();

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // The server hands the stream over without a listener: until the socket has it, a reset would end the process.
    stream.on('error', (error) => deps.log.debug({ err: error }, 'lost an agent during the upgrade'));
    void accept(request, stream, head);
  });

  const accept = async (request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    let principal: AgentPrincipal;
    try {
      principal = await authenticate(deps, request);
    } catch (error) {
      refuseUpgrade(stream, error, deps);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      byAgent.get(principal.agentId)?.close(REPLACED, 'a newer socket of this agent');
      byAgent.set(principal.agentId, socket);
      socket.once('close', () => {
        if (byAgent.get(principal.agentId) === socket) byAgent.delete(principal.agentId);
      });
      serveAgent(socket, principal, deps);
    });
  };
  return () => {
    for (const socket of sockets.clients) socket.close(GOING_AWAY, 'the hub restarts');
    sockets.close();
  };
}

async function authenticate(deps: ApiDeps, request: IncomingMessage): Promise<AgentPrincipal> {
  const url = new URL(request.url ?? '/', 'http://hub');
  const named = PATH.exec(url.pathname)?.[1];
  if (named === undefined) throw new RefusedError('not_found');
  // Browsers always send Origin; agents are not browsers.
  if (request.headers.origin !== undefined) throw new RefusedError('csrf', 'This socket is for agents, not for pages.');
  const principal = await verifyAgentRequest(deps, {
    method: 'GET',
    path: url.pathname,
    query: url.search,
    body: new Uint8Array(),
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? undefined : value;
    },
  });
  if (principal.agentId !== named) throw new RefusedError('forbidden', 'An agent speaks only for itself.');
  return principal;
}

/** Before the upgrade the answer is plain HTTP; the agent reads the problem's type. */
function refuseUpgrade(stream: Duplex, error: unknown, deps: ApiDeps): void {
  const code = error instanceof RefusedError ? error.refusal.code : 'internal';
  if (code === 'internal') deps.log.error({ err: error }, 'socket upgrade failed');
  const known = REFUSALS[code];
  const body = JSON.stringify({
    type: problemType(code),
    title: known.title,
    status: known.status,
    detail: known.sentence,
  });
  stream.end(
    `HTTP/1.1 ${known.status} ${known.title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function serveAgent(socket: WebSocket, principal: AgentPrincipal, deps: ApiDeps): void {
  const host = { tenantId: principal.tenantId, agentId: principal.agentId };
  const log = deps.log.child({ agent_id: principal.agentId });
  /** Sent on this socket and not acknowledged yet. */
  const sent = new Set<number>();
  // Draining and acknowledging run one after the other, so that frames keep their order.
  let work: Promise<void> = Promise.resolve();
  const enqueue = (task: () => Promise<void>): void => {
    work = work.then(task).catch((error: unknown) => {
      log.warn({ err: error }, 'agent socket failed; the agent will connect again');
      socket.terminate();
    });
  };
  const send = (frame: HubFrame): void => socket.send(JSON.stringify(frame));
  let lastCritical = -1;
  const drain = async (): Promise<void> => {
    const pending = await withTenant(deps.pool, host.tenantId, async (tx) =>
      (await isAgentActive(tx, host.tenantId, host.agentId))
        ? { commands: await takePendingCommands(tx, host, sent), critical: await countOpenCriticalAlerts(tx, host) }
        : null,
    );
    if (pending === null) {
      socket.close(DEACTIVATED, 'the host was deactivated');
      return;
    }
    const { commands, critical } = pending;
    if (critical !== lastCritical) send({ type: 'state', open_critical_alerts: critical });
    lastCritical = critical;
    for (const command of commands) {
      send({ type: 'command', ...command });
      sent.add(command.id);
    }
  };

  let shownKeys: string | null = null;
  /** At connect, and again whenever the hub's keys change: a host must know a key before tokens signed with it come. */
  const welcome = async (): Promise<void> => {
    const hub_keys = (await listHubKeysForAgents(deps.pool)).map(presentHubKey);
    const shown = JSON.stringify(hub_keys);
    if (shown === shownKeys) return;
    send({ type: 'welcome', server_time: new Date(deps.now()).toISOString(), hub_keys });
    shownKeys = shown;
  };

  enqueue(welcome);
  enqueue(drain);
  const stopListening = deps.events.on('agent_outbox', (agentId) => {
    if (agentId === host.agentId) enqueue(drain);
  });
  const stopKeys = deps.events.on('hub_keys', () => enqueue(welcome));
  const stopReconnected = deps.events.onReconnected(() => {
    enqueue(welcome);
    enqueue(drain);
  });

  let missedPongs = 0;
  const pings = setInterval(() => {
    missedPongs += 1;
    if (missedPongs > 2) socket.terminate();
    else socket.ping();
  }, SOCKET_PING_SECONDS * 1000);
  socket.on('pong', () => {
    missedPongs = 0;
  });
  socket.on('message', (data, isBinary) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    const parsed = isBinary ? ({ kind: 'refused', why: 'binary' } as const) : parseStrictJson(bytes);
    const frame = parsed.kind === 'ok' ? agentFrame.safeParse(parsed.value) : null;
    if (!frame?.success) {
      socket.close(1008, 'not a frame of the protocol');
      return;
    }
    const { id, result } = frame.data;
    enqueue(async () => {
      const revoked = await withTenant(deps.pool, host.tenantId, async (tx) => {
        const command = await acknowledgeCommand(tx, host, id, result);
        const nonce = command?.payload['nonce'];
        if (command === null || typeof nonce !== 'string') return null;
        if (command.kind === 'eat' || command.kind === 'pre_issued_eat') await noteDelivery(tx, nonce);
        if (command.kind !== 'revoke_pre_issued_eat' || result['status'] !== 'revoked') return null;
        if (!(await confirmRevocation(tx, nonce))) return null;
        await appendAudit(tx, {
          msp_id: principal.mspId,
          tenant_id: host.tenantId,
          event_type: 'pre_issued_token_revocation_confirmed',
          actor: { kind: 'agent' },
          event_data: { nonce, agent_id: host.agentId },
        });
        return nonce;
      });
      if (revoked !== null)
        await tellWorkflow(deps, WORKFLOW_IDS.preIssued(revoked), resultSignal, { outcome: 'revoked' });
      sent.delete(id);
    });
  });
  socket.on('error', (error) => log.debug({ err: error }, 'agent socket error'));
  socket.once('close', () => {
    clearInterval(pings);
    stopListening();
    stopKeys();
    stopReconnected();
  });
}
