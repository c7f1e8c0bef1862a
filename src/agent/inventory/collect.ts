/**
 * The whole inventory. Each fact is read by itself: one that cannot be read is left empty and logged, and never
 * takes the others with it. Root sees more (sockets' processes, protected folders) but is not needed.
 */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { arch, cpus, release, version } from 'node:os';
import { resolve } from 'node:path';
import { type Inventory, inventory } from '../../domain/ingest.ts';
import { VERSION } from '../../domain/version.ts';
import type { AgentConfig } from '../config.ts';
import { hasCode } from '../durable.ts';
import { errorText, type Logger } from '../log.ts';
import { measureDisks, parseMounts } from './disks.ts';
import { parseFailedUnits, SYSTEMCTL_ARGUMENTS } from './failedUnits.ts';
import { walkPermissions } from './filePermissions.ts';
import { describeKernel } from './kernel.ts';
import { parseSocketTable, readSocketOwners } from './listeningPorts.ts';
import { parseMeminfo } from './memory.ts';
import { parseOsRelease } from './os.ts';
import { DPKG_ARGUMENTS, parseApk, parseDpkg, parseRpm, RPM_ARGUMENTS } from './packages.ts';
import { askProgram } from './program.ts';
import { parseSshdConfig, sshdFindings } from './sshd.ts';
import { digestFiles } from './watchedFiles.ts';

/** Bounds of src/domain/ingest.ts; what is over is cut and logged. */
const MAX_PACKAGES = 20_000;
const MAX_PORTS = 5_000;
const MAX_FINDINGS = 5_000;
const SSHD_FOLDER = '/etc/ssh';

/** What a collection needs. */
export type CollectDeps = {
  readonly config: Pick<AgentConfig, 'hostname' | 'scan_roots' | 'watch_binaries' | 'watch_configs'>;
  /** Time of the collection, ISO 8601 UTC. */
  readonly at: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
};

/** Collects every fact. */
export async function collectInventory(deps: CollectDeps): Promise<Inventory> {
  const { config, log, signal } = deps;
  const fact = async <T>(name: string, empty: T, read: () => T | Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      log.warn({ fact: name, why: errorText(error) }, 'a fact cannot be read; it is left empty');
      return empty;
    }
  };
  const atMost = <T>(name: string, max: number, items: T[]): T[] => {
    if (items.length > max) log.warn({ fact: name, found: items.length, max }, 'a fact is cut to its bound');
    return items.slice(0, max);
  };
  const onUnreadable = (path: string, error: Error): void =>
    log.warn({ path, why: errorText(error) }, 'a watched file cannot be read');

  const sshd = await fact('sshd', {}, readSshd);
  const hasSshd = Object.keys(sshd).length > 0;
  const permissions = await fact('permissions', [], async () => {
    const { findings, isComplete } = await walkPermissions(config.scan_roots, signal);
    if (!isComplete) log.warn('the search for weak permissions ended at its bounds; narrow scan_roots');
    return findings;
  });
  const collected: Inventory = {
    collected_at: deps.at,
    agent_version: VERSION,
    hostname: config.hostname,
    boot_id: await fact('boot_id', '', readBootId),
    os: await fact('os', { id: 'linux', name: 'Linux', version: '' }, async () =>
      parseOsRelease((await textOf('/etc/os-release')) ?? (await textOf('/usr/lib/os-release')) ?? ''),
    ),
    arch: arch().slice(0, 32),
    kernel: await fact('kernel', { release: release(), version: '', upstream: null }, async () =>
      describeKernel({ release: release(), version: version(), signature: await textOf('/proc/version_signature') }),
    ),
    cpu: { model: (cpus()[0]?.model ?? '').trim().slice(0, 200), cores: Math.max(1, cpus().length) },
    memory: await fact('memory', { total_bytes: 0, available_bytes: 0 }, async () =>
      parseMeminfo(await readFile('/proc/meminfo', 'utf8')),
    ),
    packages: atMost('packages', MAX_PACKAGES, await fact('packages', [], () => readPackages(signal))),
    disks: await fact('disks', [], readDisks),
    listening_ports: atMost('listening_ports', MAX_PORTS, await fact('listening_ports', [], readPorts)),
    failed_units: await fact('failed_units', [], async () =>
      // The program may be installed where systemd does not run; this folder is how sd_booted(3) tells.
      existsSync('/run/systemd/system')
        ? parseFailedUnits((await askProgram('systemctl', SYSTEMCTL_ARGUMENTS, signal)) ?? '')
        : [],
    ),
    security_findings: atMost('security_findings', MAX_FINDINGS, [
      ...(hasSshd ? sshdFindings(sshd) : []),
      ...permissions,
    ]),
    sshd,
    files: await fact('files', [], async () => [
      ...(await digestFiles(config.watch_binaries, 'binary', onUnreadable)),
      ...(await digestFiles(config.watch_configs, 'config', onUnreadable)),
    ]),
  };
  return withoutInvalid(collected, log);
}

/** An odd host must not lose its whole inventory to one odd value: the fact is emptied, the rest goes out. */
function withoutInvalid(collected: Inventory, log: Logger): Inventory {
  const result = inventory.safeParse(collected);
  if (result.success) return result.data;
  const faulty = new Set(result.error.issues.map((issue) => String(issue.path[0])));
  log.error({ facts: [...faulty] }, 'facts outside the protocol; they are left empty');
  const emptied = Object.fromEntries(
    Object.entries(collected).map(([name, value]) => [name, faulty.has(name) && Array.isArray(value) ? [] : value]),
  );
  return inventory.parse(emptied);
}

/** Names the boot of a machine; changes with every restart. */
export async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** The disks of this host with their sizes. */
export async function readDisks(): Promise<Inventory['disks']> {
  return measureDisks(parseMounts(await readFile('/proc/mounts', 'utf8')));
}

async function readPackages(signal: AbortSignal): Promise<Inventory['packages']> {
  const dpkg = await askProgram('dpkg-query', DPKG_ARGUMENTS, signal);
  if (dpkg !== null) return parseDpkg(dpkg);
  const apk = await textOf('/lib/apk/db/installed');
  if (apk !== null) return parseApk(apk);
  const rpm = await askProgram('rpm', RPM_ARGUMENTS, signal);
  return rpm === null ? [] : parseRpm(rpm);
}

async function readPorts(): Promise<Inventory['listening_ports']> {
  const owners = await readSocketOwners();
  const ports: Inventory['listening_ports'] = [];
  for (const protocol of ['tcp', 'udp'] as const) {
    for (const table of [protocol, `${protocol}6`]) {
      for (const { inode, ...socket } of parseSocketTable((await textOf(`/proc/net/${table}`)) ?? '', protocol))
        ports.push({ ...socket, process: owners.get(inode)?.slice(0, 64) ?? null });
    }
  }
  return ports;
}

async function readSshd(): Promise<Inventory['sshd']> {
  const text = await textOf(`${SSHD_FOLDER}/sshd_config`);
  if (text === null) return {};
  return parseSshdConfig(text, (pattern) =>
    globSync(resolve(SSHD_FOLDER, pattern))
      .toSorted()
      .map((path) => readFileSync(path, 'utf8')),
  );
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
