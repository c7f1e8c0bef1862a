/**
 * The WebSocket to the hub. It is connecting, open, or waiting to connect again (back-off with jitter, capped at a
 * minute). It only makes things faster: what the hub must not lose waits in its outbox, and heartbeats go by HTTP.
 *
 * Commands are executed, written to the ledger, then acknowledged, in two lanes. In the first the hub's keys, its
 * state and emergency tokens go one at a time, in the order received. Everything else waits in the second for what
 * came before it: an inventory may take a minute, and a token lives two.
 */

import { WebSocket } from 'ws';
import {
  EMERGENCY_COMMAND_KINDS,
  type HubFrame,
  type HubKey,
  hubFrame,
  SOCKET_PING_SECONDS,
} from '../domain/agentFrames.ts';
import { parseStrictJson } from '../domain/strictJson.ts';
import type { Clock } from './clock.ts';
import type { CommandLedger } from './commandLedger.ts';
import { type CommandHandlers, runCommand } from './commands.ts';
import type { Identity } from './identity.ts';
import { errorText, type Logger } from './log.ts';
import { signedHeaders } from './requestSigner.ts';
import { backoffMs, sleep } from './waiting.ts';

const MAX_FRAME_BYTES = 1024 * 1024;
const CONNECT_TIMEOUT_MS = 15_000;
/** Two pings of either side and some slack; a line that is silent longer is dead, whatever TCP believes. */
const SILENCE_MS = SOCKET_PING_SECONDS * 2_500;

/** What the link works with. */
export type LinkDeps = {
  readonly hub: string;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly ledger: CommandLedger;
  readonly handlers: CommandHandlers;
  readonly onHubKeys: (keys: readonly HubKey[]) => Promise<void>;
  /** What pre-issued tokens may depend on. */
  readonly onState: (openCriticalAlerts: number) => Promise<void>;
  readonly log: Logger;
  readonly signal: AbortSignal;
};

/** Keeps a socket until `signal` aborts. */
export async function keepLink(deps: LinkDeps): Promise<void> {
  let attempt = 0;
  while (!deps.signal.aborted) {
    const wasOpen = await holdSocket(deps);
    attempt = wasOpen ? 0 : attempt + 1;
    await sleep(backoffMs(attempt), deps.signal);
  }
}

/** One socket from connecting to its end; whether the hub welcomed it and every frame was handled. */
async function holdSocket(deps: LinkDeps): Promise<boolean> {
  const path = `/api/v1/ws/agents/${deps.identity.agentId}`;
  const request = { method: 'GET', path, query: '', body: new Uint8Array() };
  const socket = new WebSocket(`${deps.hub.replace(/^http/, 'ws')}${path}`, {
    headers: signedHeaders(deps.identity, request, deps.clock.now()),
    handshakeTimeout: CONNECT_TIMEOUT_MS,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  });
  const stop = (): void => socket.terminate();
  deps.signal.addEventListener('abort', stop);
  let wasWelcomed = false;
  let hasFailed = false;
  let heardAt = performance.now();
  const heard = (): void => {
    heardAt = performance.now();
  };
  const pings = setInterval(() => {
    if (performance.now() - heardAt > SILENCE_MS) socket.terminate();
    else if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, SOCKET_PING_SECONDS * 1000);

  let urgent: Promise<void> = Promise.resolve();
  let patient: Promise<void> = Promise.resolve();
  const receive = async (frame: HubFrame): Promise<void> => {
    if (frame.type === 'welcome') {
      wasWelcomed = true;
      deps.log.info('the socket to the hub is open');
      await deps.onHubKeys(frame.hub_keys);
      return;
    }
    if (frame.type === 'state') {
      await deps.onState(frame.open_critical_alerts);
      return;
    }
    let result = deps.ledger.find(frame.id);
    if (result === null) {
      deps.log.info({ id: frame.id, kind: frame.kind }, 'command received');
      result = await runCommand(deps.handlers, frame.kind, frame.payload, deps.log);
      await deps.ledger.record(frame.id, result);
    }
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'ack', id: frame.id, result }));
  };

  await new Promise<void>((resolve) => {
    socket.on('ping', heard);
    socket.on('pong', heard);
    socket.on('message', (data, isBinary) => {
      heard();
      const parsed = isBinary
        ? null
        : parseStrictJson(Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer));
      const frame = parsed?.kind === 'ok' ? hubFrame.safeParse(parsed.value) : null;
      if (!frame?.success) {
        // A newer hub may say more than this version understands.
        deps.log.warn('ignored a frame that is not of this protocol version');
        return;
      }
      const handle = (): Promise<void> =>
        receive(frame.data).catch((error: unknown) => {
          deps.log.error({ err: error }, 'a frame could not be handled; connecting again');
          hasFailed = true;
          socket.terminate();
        });
      if (isUrgent(frame.data)) urgent = urgent.then(handle);
      else patient = Promise.all([urgent, patient]).then(handle);
    });
    socket.on('unexpected-response', (_request, response) => {
      deps.log.warn({ status: response.statusCode }, 'the hub refuses the socket');
      response.resume();
      socket.terminate();
    });
    socket.on('error', (error) => deps.log.debug({ why: errorText(error) }, 'socket error'));
    socket.once('close', (code, reason) => {
      if (wasWelcomed) deps.log.info({ code, reason: reason.toString().slice(0, 100) }, 'the socket is closed');
      resolve();
    });
    if (deps.signal.aborted) stop();
  });
  clearInterval(pings);
  deps.signal.removeEventListener('abort', stop);
  // One that failed waits longer each time: the same frame comes again on the next.
  return wasWelcomed && !hasFailed;
}

function isUrgent(frame: HubFrame): boolean {
  return frame.type !== 'command' || EMERGENCY_COMMAND_KINDS.some((kind) => kind === frame.kind);
}
