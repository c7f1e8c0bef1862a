/** SUID programs nobody expects, and files that anyone may write. */

import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Inventory } from '../../domain/ingest.ts';
import { hasCode } from '../durable.ts';

type Finding = Inventory['security_findings'][number];

const SET_USER_ID = 0o4000;
const STICKY = 0o1000;
const OTHERS_WRITE = 0o002;
const ANY_EXECUTE = 0o111;

/** Entries and time after which a walk ends, so that a full file server does not keep the agent busy all day. */
const MAX_ENTRIES = 500_000;
const MAX_WALK_MS = 120_000;
/** The walk lets heartbeats and the socket in between this often. */
const SLICE_MS = 20;
/** Container layers repeat whole systems; their images are scanned where they are built. */
const SKIPPED = new Set(['/var/lib/docker', '/var/lib/containers', '/var/lib/containerd', '/var/lib/lxcfs', '/snap']);

/** SUID root programs that distributions ship; anything else is worth a look. Names, because folders differ. */
const WELL_KNOWN_SUID = new Set([
  'at',
  'bbsuid',
  'chage',
  'chfn',
  'chsh',
  'crontab',
  'dbus-daemon-launch-helper',
  'dma',
  'doas',
  'exim4',
  'expiry',
  'fusermount',
  'fusermount3',
  'gpasswd',
  'grub2-set-bootflag',
  'mount',
  'mount.cifs',
  'mount.nfs',
  'newgidmap',
  'newgrp',
  'newuidmap',
  'ntfs-3g',
  'pam_timestamp_check',
  'passwd',
  'ping',
  'ping6',
  'pkexec',
  'polkit-agent-helper-1',
  'pppd',
  'snap-confine',
  'ssh-keysign',
  'su',
  'sudo',
  'traceroute6.iputils',
  'ubuntu-core-launcher',
  'umount',
  'unix_chkpwd',
  'userhelper',
  'usernetctl',
  'vmware-user-suid-wrapper',
  'Xorg.wrap',
  'chrome-sandbox',
]);
/** Where a distribution puts them; the same name in a home folder is no well-known program. */
const SYSTEM_FOLDER = /^\/(?:usr\/)?(?:s?bin|lib|lib64|libexec)\//;

/** What is wrong with one file or folder, if anything. Pure. */
export function judgePermissions(path: string, type: 'file' | 'folder', mode: number, uid: number): Finding | null {
  if (type === 'file' && (mode & SET_USER_ID) !== 0 && (mode & ANY_EXECUTE) !== 0) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if ((mode & OTHERS_WRITE) !== 0)
      return finding('suid', path, 'critical', mode, `anyone may replace a program that runs as user ${uid}`);
    if (SYSTEM_FOLDER.test(path) && WELL_KNOWN_SUID.has(name)) return null;
    return uid === 0
      ? finding('suid', path, 'high', mode, 'runs as root for anyone, and is not one that distributions ship')
      : finding('suid', path, 'medium', mode, `runs as user ${uid} for anyone`);
  }
  if ((mode & OTHERS_WRITE) === 0) return null;
  if (type === 'folder') {
    // With the sticky bit only the owner of a file may remove it, as in /tmp.
    if ((mode & STICKY) !== 0) return null;
    return finding(
      'world_writable',
      path,
      path.startsWith('/etc') ? 'high' : 'medium',
      mode,
      'anyone may add and remove files',
    );
  }
  const isGrave = path.startsWith('/etc/') || (mode & ANY_EXECUTE) !== 0;
  return finding('world_writable', path, isGrave ? 'high' : 'medium', mode, 'anyone may change this file');
}

function finding(
  kind: Finding['kind'],
  path: string,
  severity: Finding['severity'],
  mode: number,
  detail: string,
): Finding {
  return { kind, subject: path.slice(0, 4096), severity, detail: `mode ${(mode & 0o7777).toString(8)}: ${detail}` };
}

/**
 * Findings under `roots`; `isComplete` is false when the walk ended at its bounds. Synchronous calls in slices:
 * an lstat of a cached inode costs microseconds, a promise around it ten times that, and a host has 100,000s.
 */
export async function walkPermissions(
  roots: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly findings: Finding[]; readonly isComplete: boolean }> {
  const findings: Finding[] = [];
  const endsAt = performance.now() + MAX_WALK_MS;
  let entries = 0;
  let sliceEndsAt = 0;
  for (const root of roots) {
    const top = statOrNull(root);
    // A root that is a link leads to a folder which has a root of its own.
    if (top === null || !top.isDirectory()) continue;
    const waiting = [root];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      for (const name of namesIn(folder)) {
        if (performance.now() > sliceEndsAt) {
          await setImmediate();
          sliceEndsAt = performance.now() + SLICE_MS;
          if (signal.aborted || sliceEndsAt > endsAt) return { findings, isComplete: false };
        }
        entries += 1;
        if (entries > MAX_ENTRIES) return { findings, isComplete: false };
        const path = join(folder, name);
        const stats = statOrNull(path);
        if (stats === null || (!stats.isFile() && !stats.isDirectory())) continue;
        const isFolder = stats.isDirectory();
        const judged = judgePermissions(path, isFolder ? 'folder' : 'file', stats.mode, stats.uid);
        if (judged !== null) findings.push(judged);
        // Another device is a mount: /proc, a network share, a container.
        if (isFolder && stats.dev === top.dev && !SKIPPED.has(path)) waiting.push(path);
      }
    }
  }
  return { findings, isComplete: true };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'EPERM', 'ENOTDIR')) return [];
    throw error;
  }
}

function statOrNull(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'EPERM', 'ENOTDIR', 'ESTALE', 'EIO')) return null;
    throw error;
  }
}
