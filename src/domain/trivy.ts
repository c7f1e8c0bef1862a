/** Trivy's JSON report (schema version 2) as CVE findings of one host. A foreign format: unknown members are let be. */

import { z } from 'zod';
import type { Severity } from './severity.ts';

/** The parts of a report that matter here. */
export const trivyReport = z.looseObject({
  SchemaVersion: z.literal(2),
  CreatedAt: z.iso.datetime({ offset: true }).optional(),
  ArtifactName: z.string().max(1000).optional(),
  Results: z
    .array(
      z.looseObject({
        Target: z.string().max(1000).optional(),
        Vulnerabilities: z
          .array(
            z.looseObject({
              VulnerabilityID: z.string().min(1).max(64),
              PkgName: z.string().min(1).max(200),
              InstalledVersion: z.string().max(200).default(''),
              FixedVersion: z.string().max(200).optional(),
              Severity: z.enum(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN']).default('UNKNOWN'),
            }),
          )
          .max(50_000)
          .nullish(),
      }),
    )
    .max(1000)
    .nullish(),
});

/** One vulnerable package. */
export type PackageCve = {
  readonly cve_id: string;
  readonly package: string;
  readonly installed_version: string;
  readonly fixed_version: string | null;
  readonly severity: Severity;
};

/** CVEs of a report, each package and CVE once. Findings without a CVE number (distribution advisories) are left out. */
export function trivyCves(report: z.infer<typeof trivyReport>): readonly PackageCve[] {
  const found = new Map<string, PackageCve>();
  for (const vulnerability of (report.Results ?? []).flatMap((result) => result.Vulnerabilities ?? [])) {
    if (!/^CVE-\d{4}-\d{4,}$/.test(vulnerability.VulnerabilityID)) continue;
    found.set(`${vulnerability.PkgName} ${vulnerability.VulnerabilityID}`, {
      cve_id: vulnerability.VulnerabilityID,
      package: vulnerability.PkgName,
      installed_version: vulnerability.InstalledVersion,
      fixed_version: vulnerability.FixedVersion || null,
      severity: vulnerability.Severity === 'UNKNOWN' ? 'info' : (vulnerability.Severity.toLowerCase() as Severity),
    });
  }
  return [...found.values()];
}
