/**
 * The running kernel and, where the distribution tells, the upstream stable version it stands on.
 *
 * `uname -r` alone misleads: Debian's `6.1.0-18-amd64` is upstream 6.1.76, Ubuntu's `5.15.0-91-generic` 5.15.131,
 * and Red Hat's `5.14.0-427.el9` none at all, because fixes are picked one by one. A wrong upstream version would
 * close CVEs that are open, so every doubt ends in null.
 */

import type { Inventory } from '../../domain/ingest.ts';

/** What the host says of its kernel. `signature` is /proc/version_signature, which only Ubuntu has. */
export type KernelSources = { readonly release: string; readonly version: string; readonly signature: string | null };

/** Marks of kernels whose release number is a base with picked fixes, or frozen: el9, SUSE, Debian, Ubuntu, Proxmox. */
const NOT_UPSTREAM =
  /\.el\d|\.uek|-default$|-generic|-lowlatency|-amd64$|-arm64$|-(?:aws|azure|gcp|oracle|kvm|raspi)$|-pve$|-cloud-|\+deb\d/;

/** Reads release, version and upstream. */
export function describeKernel(sources: KernelSources): Inventory['kernel'] {
  return {
    release: sources.release.slice(0, 128),
    version: sources.version.slice(0, 256),
    upstream: upstreamOf(sources),
  };
}

function upstreamOf({ release, version, signature }: KernelSources): string | null {
  // "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)": the package's version is upstream, dash, Debian revision.
  const debian = / Debian (\d{1,3}\.\d{1,3}(?:\.\d{1,5})?)(?:~[\w.]+)?-\d/.exec(version)?.[1];
  if (debian !== undefined) return debian;
  // "Ubuntu 5.15.0-91.101-generic 5.15.131": the last word is the stable release it was rebased on.
  const ubuntu = /^Ubuntu \S+ (\d{1,3}\.\d{1,3}\.\d{1,5})$/.exec(signature?.trim() ?? '')?.[1];
  if (ubuntu !== undefined) return ubuntu;
  if (NOT_UPSTREAM.test(release)) return null;
  // Kernels built from a stable release keep its number (Alpine, Arch, Fedora, Amazon, one's own); .0 may be a placeholder.
  const plain = /^(\d{1,3}\.\d{1,3}\.(\d{1,5}))(?:[-.+_]|$)/.exec(release);
  return plain && plain[2] !== '0' ? (plain[1] as string) : null;
}
