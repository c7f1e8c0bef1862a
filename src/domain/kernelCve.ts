/**
 * Kernel CVEs by stable stream: a host on 5.15.20 is open to CVE-2022-0847, because its stream 5.15 is fixed
 * in 5.15.25. A kernel whose upstream version cannot be known (many distributions backport without saying)
 * gets no claims at all: a wrong "patched" is worse than a visible gap.
 */

/** An upstream stable version: 5.15.20 is stream 5.15, patch 20. */
export type KernelVersion = { readonly stream: string; readonly patch: number };

/** First fixed patch level of a CVE in one stream. */
export type StreamFix = { readonly cve_id: string; readonly stream: string; readonly fixed_patch: number };

/** Reads `5.15.20`, `6.1` or `6.1.0`; null for anything else. A first release has patch level 0. */
export function parseKernelVersion(text: string): KernelVersion | null {
  const match = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,5}))?$/.exec(text);
  return match ? { stream: `${Number(match[1])}.${Number(match[2])}`, patch: Number(match[3] ?? 0) } : null;
}

/**
 * CVEs open on `version`: those fixed in its very stream, later than its patch level. The hub asks this of all of them in
 * one statement (`syncKernelCves` of src/db/vulnerabilities.ts), which a property test holds to this rule.
 */
export function openKernelCves(version: KernelVersion, fixes: readonly StreamFix[]): readonly string[] {
  return fixes
    .filter((fix) => fix.stream === version.stream && fix.fixed_patch > version.patch)
    .map((fix) => fix.cve_id);
}
