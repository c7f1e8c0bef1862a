/**
 * Frames of the agent's WebSocket (`GET /api/v1/ws/agents/:id`, format: docs/agent-protocol.md): JSON text
 * messages. The socket only makes things faster: every command waits in the hub's outbox until it is
 * acknowledged, and a frame lost with a socket comes again on the next one.
 */

import { z } from 'zod';

/** How often the hub pings; two unanswered pings close the socket. */
export const SOCKET_PING_SECONDS = 20;

/** A hub key as the agent stores it: raw key in base64, validity in UTC, the signed statement that announced it. */
export const hubKey = z.strictObject({
  key_id: z.string().regex(/^[0-9a-f]{16}$/),
  public_key: z.base64().length(44),
  valid_from: z.iso.datetime(),
  valid_until: z.iso.datetime().nullable(),
  statement: z.string().max(4000),
  signature: z.base64().length(88),
  signed_by: z.string().regex(/^[0-9a-f]{16}$/),
});
export type HubKey = z.infer<typeof hubKey>;

/** From the hub. `id` is the outbox id; the agent acknowledges it and ignores ids it has acknowledged before. */
export const hubFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('welcome'), server_time: z.iso.datetime(), hub_keys: z.array(hubKey).max(10) }),
  /** What pre-issued tokens of the host may depend on; sent at connect and whenever it changes. */
  z.strictObject({ type: z.literal('state'), open_critical_alerts: z.int().min(0) }),
  z.strictObject({
    type: z.literal('command'),
    id: z.int().min(1),
    kind: z.string().max(64),
    payload: z.record(z.string(), z.json()),
  }),
]);
export type HubFrame = z.infer<typeof hubFrame>;

/** From the agent. */
export const agentFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ack'), id: z.int().min(1), result: z.record(z.string(), z.json()).default({}) }),
]);

/**
 * Commands that carry emergency tokens: a token to execute, or to hold (`payload.nonce`, `payload.envelope`, see
 * docs/formats/eat.md); a held token that is void (`payload.nonce`). They never wait behind another kind.
 */
export const EMERGENCY_COMMAND_KINDS = ['eat', 'pre_issued_eat', 'revoke_pre_issued_eat'] as const;
/** Commands of this version: report the inventory now, and those of emergency tokens. */
export const COMMAND_KINDS = ['collect_inventory', ...EMERGENCY_COMMAND_KINDS] as const;
