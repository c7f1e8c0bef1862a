/** What the hub may ask of this host. A new kind is a new entry here; emergency tokens get their own executors beside it. */

import type { COMMAND_KINDS } from '../domain/agentFrames.ts';
import type { CommandResult } from './commandLedger.ts';
import { isDiskTrouble } from './durable.ts';
import type { Logger } from './log.ts';

/** Runs one kind of command; the result goes back with the acknowledgement. */
export type CommandHandler = (payload: Readonly<Record<string, unknown>>) => Promise<CommandResult>;

/** Handlers by kind; only kinds of the protocol may have one. */
export type CommandHandlers = Readonly<Partial<Record<(typeof COMMAND_KINDS)[number], CommandHandler>>>;

/** Runs a command. A kind this version does not know is acknowledged as such, or the hub would send it for ever. */
export async function runCommand(
  handlers: CommandHandlers,
  kind: string,
  payload: Readonly<Record<string, unknown>>,
  log: Logger,
): Promise<CommandResult> {
  const handler = Object.hasOwn(handlers, kind) ? handlers[kind as keyof CommandHandlers] : undefined;
  if (handler === undefined) {
    log.warn({ kind }, 'the hub asks for something this version cannot do');
    return { outcome: 'unsupported' };
  }
  try {
    return { outcome: 'done', ...(await handler(payload)) };
  } catch (error) {
    // Not acknowledged: the hub sends it again while it is of use, and the disk may have room by then.
    if (!(error instanceof Error) || isDiskTrouble(error)) throw error;
    log.error({ kind, err: error }, 'a command failed');
    return { outcome: 'failed', error: error.message.slice(0, 500) };
  }
}
