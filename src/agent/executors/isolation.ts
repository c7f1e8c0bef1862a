/**
 * `isolate_network` and `restore_network`: an nftables table of our own, `inet monsys_isolation`, that drops all
 * traffic but the loopback, the hub, and what keeps an address (DHCP, IPv6 neighbours).
 *
 * States: open -> isolated (until a deadline) -> open. The deadline is on disk before the first rule is, so whatever
 * ends the agent in between, its next start either goes on waiting or undoes. Isolating again while isolated is how
 * an isolation is confirmed: the dead-man time begins anew.
 */

import { lookup } from 'node:dns/promises';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_ISOLATION_SECONDS } from '../../domain/playbook.ts';
import { parseStrictJson } from '../../domain/strictJson.ts';
import { hasCode, syncFolder, writeDurably } from '../durable.ts';
import type { Logger } from '../log.ts';
import { createTurns } from '../turns.ts';
import { sleep } from '../waiting.ts';
import { runProgram } from './program.ts';
import { type Executor, facts, resolvedNumber } from './step.ts';

/** Name of the table; nothing else may be in it. */
export const ISOLATION_TABLE = 'monsys_isolation';
const NFT_SECONDS = 15;
const CHECK_MS = 1_000;
/** systemd-resolved answers on the loopback; the servers it asks are listed here. */
const RESOLVER_FILES = ['/run/systemd/resolve/resolv.conf', '/etc/resolv.conf'];

const stateFile = z.strictObject({
  until_ms: z.number(),
  since_ms: z.number(),
  addresses: z.array(z.string()),
  port: z.int(),
  resolvers: z.array(z.string()),
});
/** An isolation in force, with what remains reachable. */
export type IsolationState = z.infer<typeof stateFile>;

/** The host's isolation. */
export type Isolation = {
  readonly state: () => IsolationState | null;
  readonly isolate: (deadManSeconds: number) => Promise<IsolationState>;
  /** Undoes; false when there was nothing to undo. */
  readonly restore: () => Promise<boolean>;
  /** Undoes at the deadline, and after a reboot puts back what is still in force; until stopped. */
  readonly keepWatch: () => Promise<void>;
};

/** Opens the isolation of a state folder. */
export async function openIsolation(deps: {
  readonly stateDir: string;
  readonly hub: string;
  readonly nowMs: () => number;
  readonly onChange: () => void;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<Isolation> {
  const { stateDir, nowMs, log, signal } = deps;
  const path = join(stateDir, 'isolation.json');
  let current = await read(path);
  const nft = async (rules: string): Promise<void> => {
    // The stop of the agent must not cut a change of rules short: it is one transaction, and takes milliseconds.
    const run = await runProgram(['nft', '-f', '-'], {
      timeoutSeconds: NFT_SECONDS,
      signal: new AbortController().signal,
      input: rules,
    });
    if (run.exitCode !== 0) throw new Error(`nft failed: ${(run.error ?? run.output).trim().slice(0, 200)}`);
  };
  const forget = async (): Promise<void> => {
    current = null;
    await rm(path, { force: true });
    await syncFolder(stateDir);
    deps.onChange();
  };
  const undo = async (): Promise<void> => {
    await nft(removal());
    await forget();
  };

  const inTurn = createTurns();
  return {
    state: () => current,
    isolate: (deadManSeconds) =>
      inTurn(async () => {
        const before = current;
        const reach = await reachOf(deps.hub);
        const next = { ...reach, since_ms: before?.since_ms ?? nowMs(), until_ms: nowMs() + deadManSeconds * 1000 };
        await writeDurably(path, JSON.stringify(next));
        current = next;
        try {
          await nft(rulesFor(next));
        } catch (error) {
          if (before === null) await forget();
          throw error;
        }
        deps.onChange();
        return next;
      }),
    restore: () =>
      inTurn(async () => {
        const wasIsolated = current !== null;
        await undo();
        return wasIsolated;
      }),
    keepWatch: async () => {
      if (current !== null && current.until_ms > nowMs()) {
        log.warn({ until: new Date(current.until_ms).toISOString() }, 'this host is isolated');
        await inTurn(async () => current !== null && nft(rulesFor(current))).catch((error: unknown) =>
          log.error({ err: error }, 'the isolation cannot be put back'),
        );
      }
      while (!signal.aborted) {
        if (current !== null && current.until_ms <= nowMs()) {
          await inTurn(async () => {
            if (current === null || current.until_ms > nowMs()) return;
            await undo();
            log.warn('the isolation has undone itself: its dead-man time is over');
          }).catch((error: unknown) => log.error({ err: error }, 'the isolation cannot be undone; trying again'));
        }
        await sleep(CHECK_MS, signal);
      }
    },
  };
}

/** Isolates the host. */
export const isolateNetworkStep: Executor<'isolate_network'> = async (step, { isolation }) => {
  const seconds = resolvedNumber(step.dead_man_seconds ?? DEFAULT_ISOLATION_SECONDS);
  const state = await isolation.isolate(seconds);
  return facts(true, {
    until: new Date(state.until_ms).toISOString(),
    reachable: state.addresses.map((address) => hostAndPort(address, state.port)),
    resolvers: state.resolvers,
  });
};

/** Takes an isolation back. */
export const restoreNetworkStep: Executor<'restore_network'> = async (_step, { isolation }) =>
  facts(true, { was_isolated: await isolation.restore() });

/** The hub's addresses now; resolvers only when it is known by name. */
async function reachOf(hub: string): Promise<Pick<IsolationState, 'addresses' | 'port' | 'resolvers'>> {
  const { hostname, port, protocol } = new URL(hub);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isLiteral = isIP(host) !== 0;
  const addresses = isLiteral ? [host] : (await lookup(host, { all: true })).map(({ address }) => address);
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  return { addresses: [...new Set(addresses)], port: number, resolvers: isLiteral ? [] : readResolvers() };
}

function readResolvers(): string[] {
  const file = RESOLVER_FILES.find((candidate) => existsSync(candidate));
  if (file === undefined) return [];
  const servers = [...readFileSync(file, 'utf8').matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '');
  return servers.filter((address) => isIP(address) !== 0 && !address.includes('%'));
}

/** Takes the table away whether it is there or not: the first line makes it, so that the second cannot fail. */
function removal(): string {
  return `table inet ${ISOLATION_TABLE} {}\ndelete table inet ${ISOLATION_TABLE}\n`;
}

/**
 * The rules as one transaction (nft(8)). Priority -150 is after connection tracking (-200), which `established` needs,
 * and before every ordinary filter; a drop is final.
 */
export function rulesFor(state: Pick<IsolationState, 'addresses' | 'port' | 'resolvers'>): string {
  const family = (address: string): string => (isIP(address) === 6 ? 'ip6' : 'ip');
  const hubIn = state.addresses.map(
    (address) => `    ${family(address)} saddr ${address} tcp sport ${state.port} ct state established accept`,
  );
  const hubOut = state.addresses.map(
    (address) => `    ${family(address)} daddr ${address} tcp dport ${state.port} accept`,
  );
  const dns = (side: 'saddr' | 'daddr', port: 'sport' | 'dport'): string[] =>
    state.resolvers.flatMap((address) => [
      `    ${family(address)} ${side} ${address} udp ${port} 53 ${side === 'saddr' ? 'ct state established ' : ''}accept`,
      `    ${family(address)} ${side} ${address} tcp ${port} 53 ${side === 'saddr' ? 'ct state established ' : ''}accept`,
    ]);
  const neighbours =
    '    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, nd-router-advert } accept';
  return [
    removal(),
    `table inet ${ISOLATION_TABLE} {`,
    '  chain input {',
    '    type filter hook input priority -150; policy drop;',
    '    iifname "lo" accept',
    ...hubIn,
    ...dns('saddr', 'sport'),
    '    udp sport 67 udp dport 68 accept',
    '    udp sport 547 udp dport 546 accept',
    neighbours,
    '  }',
    '  chain output {',
    '    type filter hook output priority -150; policy drop;',
    '    oifname "lo" accept',
    ...hubOut,
    ...dns('daddr', 'dport'),
    '    udp sport 68 udp dport 67 accept',
    '    udp sport 546 udp dport 547 accept',
    neighbours,
    '  }',
    '  chain forward {',
    '    type filter hook forward priority -150; policy drop;',
    '  }',
    '}',
    '',
  ].join('\n');
}

function hostAndPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

async function read(path: string): Promise<IsolationState | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
  const json = parseStrictJson(Buffer.from(text));
  const parsed = json.kind === 'ok' ? stateFile.safeParse(json.value) : null;
  // Damaged: over at once, which undoes it. A host that nobody can reach is worse than one that is open.
  return parsed?.success ? parsed.data : { until_ms: 0, since_ms: 0, addresses: [], port: 0, resolvers: [] };
}
