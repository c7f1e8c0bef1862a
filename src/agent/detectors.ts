/**
 * What this host itself takes for critical: bait files that nobody has a reason to touch (`[detectors]
 * honeypot_paths`). One that was read, changed, moved or deleted is a finding, and a finding counts as an open
 * critical alert for `or_severity_critical` of pre-issued tokens. The hub is told of it, too: a finding is kept as
 * unreported until the buffer has its event, and the hub folds a second one into the alert that is open.
 *
 * A read is seen by the file's access time: it is set behind the modification time, so that with the usual relatime
 * the first read moves it. On a file system mounted with noatime only changes are seen.
 */

import type { Stats } from 'node:fs';
import { readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256Hex } from '../domain/bytes.ts';
import type { ReportedEvent } from '../domain/ingest.ts';
import type { ClockFloor } from './clockFloor.ts';
import { hasCode, writeDurably } from './durable.ts';
import { errorText, type Logger } from './log.ts';

/** A finding counts this long; by then a person has looked, or the window is over. */
const FINDING_LIFETIME_MS = 24 * 3_600_000;
const MAX_FINDINGS = 100;
const ARMED_BEHIND_SECONDS = 2;
/** A bait that is read all the time is told of this often, so that one program cannot fill the buffer. */
const REPORT_INTERVAL_MS = 60_000;
/** Longest path in an event's texts. */
const MAX_SHOWN_PATH = 240;

const finding = z.strictObject({
  kind: z.literal('honeypot'),
  path: z.string(),
  what: z.enum(['read', 'changed', 'gone']),
  at: z.iso.datetime(),
  /** Whether its event is in the buffer; findings of before this was kept are told of once. */
  is_reported: z.boolean().default(false),
});
const bait = z.strictObject({
  path: z.string(),
  ino: z.number(),
  mtime_ms: z.number(),
  size: z.number(),
  atime_ms: z.number(),
});
const file = z.strictObject({ baits: z.array(bait), findings: z.array(finding) });
export type Finding = z.infer<typeof finding>;

/** The detectors. */
export type Detectors = {
  /** One look; true when something new was found. */
  readonly look: (honeypotPaths: readonly string[]) => Promise<boolean>;
  /** Hands the hub's events of findings that it has not been told of to `tell`, which says whether it has them safe. */
  readonly report: (tell: (event: FindingEvent) => Promise<boolean>) => Promise<void>;
  readonly findings: () => readonly Finding[];
  readonly hasCritical: () => boolean;
};

/** Opens the detectors of a state folder; what was armed and found before a restart holds on. */
export async function openDetectors(stateDir: string, floor: ClockFloor, log: Logger): Promise<Detectors> {
  const path = join(stateDir, 'detectors.json');
  let known = await read(path);
  const toldAt = new Map<string, number>();
  // What a full disk refused is written at the next look.
  let isWritten = true;
  const write = async (): Promise<void> => {
    isWritten = false;
    await writeDurably(path, JSON.stringify(known));
    isWritten = true;
  };
  const inForce = (): readonly Finding[] =>
    known.findings.filter(({ at }) => Date.parse(at) + FINDING_LIFETIME_MS > floor.now());
  return {
    findings: inForce,
    hasCritical: () => inForce().length > 0,
    look: async (paths) => {
      if (paths.length === 0 && known.baits.length === 0) return false;
      const found: Finding[] = [];
      const baits: z.infer<typeof bait>[] = [];
      let hasChanged = known.baits.some((armed) => !paths.includes(armed.path));
      for (const honeypot of paths) {
        const armed = known.baits.find((candidate) => candidate.path === honeypot);
        const now = await statOf(honeypot, log);
        // On a share that does not answer, nobody can say; what was armed stays armed.
        if (now === 'unknown') {
          if (armed !== undefined) baits.push(armed);
          continue;
        }
        const what = armed === undefined ? null : verdictOf(armed, now);
        if (armed !== undefined && what === null) {
          baits.push(armed);
          continue;
        }
        // Not there yet: armed when it comes.
        if (armed === undefined && now === null) continue;
        hasChanged = true;
        if (what !== null) found.push({ kind: 'honeypot', path: honeypot, what, at: floor.iso(), is_reported: false });
        const rearmed = now === null ? null : await arm(honeypot, log);
        if (rearmed !== null) baits.push(rearmed);
      }
      if (!hasChanged) {
        if (!isWritten) await write();
        return false;
      }
      for (const each of found) log.error(each, 'a bait file was touched');
      known = { baits, findings: [...inForce(), ...found].slice(-MAX_FINDINGS) };
      await write();
      return found.length > 0;
    },
    report: async (tell) => {
      const isDue = ({ path: bait, is_reported }: Finding): boolean =>
        !is_reported && floor.now() - (toldAt.get(bait) ?? Number.NEGATIVE_INFINITY) >= REPORT_INTERVAL_MS;
      const due = Map.groupBy(known.findings.filter(isDue), (each) => each.path);
      const told = new Set<Finding>();
      for (const [bait, findings] of due) {
        const last = findings.at(-1) as Finding;
        if (!(await tell(eventOf(last, findings.length, floor.now())))) continue;
        toldAt.set(bait, floor.now());
        for (const each of findings) told.add(each);
      }
      if (told.size === 0) return;
      const findings = known.findings.map((each) => (told.has(each) ? { ...each, is_reported: true } : each));
      known = { ...known, findings };
      await write();
    },
  };
}

/** What the hub is told of a finding. How long ago it was, for the clocks of host and hub may differ. */
export type FindingEvent = Omit<ReportedEvent, 'at' | 'resolved' | 'response'> & { readonly agoMs: number };

const WORDS: Readonly<Record<Finding['what'], string>> = { read: 'was read', changed: 'was changed', gone: 'is gone' };

/** One alert a bait: the hub adds to it while it is open. */
function eventOf({ path, what, at }: Finding, times: number, nowMs: number): FindingEvent {
  const shown = path.length > MAX_SHOWN_PATH ? `${path.slice(0, MAX_SHOWN_PATH)}…` : path;
  return {
    severity: 'critical',
    title: `Bait file ${WORDS[what]}: ${shown}`,
    fingerprint: `honeypot:${sha256Hex(path)}`,
    detail: { kind: 'honeypot', path: shown, what, times: String(times) },
    agoMs: Math.max(0, nowMs - Date.parse(at)),
  };
}

function verdictOf(armed: z.infer<typeof bait>, now: Stats | null): Finding['what'] | null {
  if (now === null) return 'gone';
  if (now.ino !== armed.ino || now.mtimeMs !== armed.mtime_ms || now.size !== armed.size) return 'changed';
  return now.atimeMs > armed.atime_ms ? 'read' : null;
}

async function arm(path: string, log: Logger): Promise<z.infer<typeof bait> | null> {
  try {
    const { mtimeMs } = await stat(path);
    await utimes(path, mtimeMs / 1000 - ARMED_BEHIND_SECONDS, mtimeMs / 1000);
    const set = await stat(path);
    return { path, ino: set.ino, mtime_ms: set.mtimeMs, size: set.size, atime_ms: set.atimeMs };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    log.warn({ path, why: errorText(error) }, 'a bait file cannot be armed');
    return null;
  }
}

async function statOf(path: string, log: Logger): Promise<Stats | null | 'unknown'> {
  try {
    return await stat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    log.debug({ path, why: errorText(error) }, 'a bait file cannot be looked at');
    return 'unknown';
  }
}

async function read(path: string): Promise<z.infer<typeof file>> {
  try {
    const parsed = file.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (!hasCode(error, 'ENOENT') && !(error instanceof SyntaxError)) throw error;
  }
  return { baits: [], findings: [] };
}
