/** `status.json`: what a person on the host may want to know of the running agent; printed by `--status`. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, writeDurably } from './durable.ts';
import { AgentFault } from './fault.ts';

/** A pre-issued token as the status shows it. */
export type HeldToken = {
  readonly nonce: string;
  readonly actions: readonly string[];
  readonly reason: string;
  readonly valid_from: string;
  readonly valid_until: string;
  readonly conditions: object;
};

/** The status. */
export type AgentStatus = {
  readonly at: string;
  readonly agent_id: string;
  readonly dry_run: boolean;
  /** Why no token may run here; null when the policy can be read. */
  readonly policy_fault: string | null;
  readonly held_tokens: readonly HeldToken[];
  readonly results_waiting: number;
  readonly isolation: { readonly until: string; readonly reachable: readonly string[] } | null;
  readonly findings: readonly object[];
};

/** Replaces the status. */
export async function writeStatus(stateDir: string, status: AgentStatus): Promise<void> {
  await writeDurably(join(stateDir, 'status.json'), `${JSON.stringify(status, null, 2)}\n`);
}

/** The status as text. */
export async function readStatus(stateDir: string): Promise<string> {
  try {
    return (await readFile(join(stateDir, 'status.json'), 'utf8')).trimEnd();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES'))
      throw new AgentFault(
        `There is no status in ${stateDir} that you may read; has the agent run, and are you its user?`,
      );
    throw error;
  }
}
