import { describe, expect, it } from 'vitest';
import { trivyCves, trivyReport } from '../../src/domain/trivy.ts';

const vulnerability = {
  VulnerabilityID: 'CVE-2024-3094',
  PkgName: 'xz-utils',
  InstalledVersion: '5.6.0-0.2',
  FixedVersion: '5.6.1+really5.4.5-1',
  Severity: 'CRITICAL',
  Title: 'xz: malicious code',
};
const report = (vulnerabilities: readonly object[] | null): unknown => ({
  SchemaVersion: 2,
  CreatedAt: '2026-05-01T10:00:00.123456789+02:00',
  ArtifactName: 'web-03',
  Results: [
    { Target: 'debian 12', Class: 'os-pkgs', Vulnerabilities: vulnerabilities },
    { Target: 'app/package-lock.json' },
  ],
});
const cvesOf = (json: unknown) => trivyCves(trivyReport.parse(json));

describe('a Trivy report', () => {
  it('gives each package and CVE once, worst wording lower-cased', () => {
    expect(cvesOf(report([vulnerability, vulnerability, { ...vulnerability, PkgName: 'liblzma5' }]))).toEqual(
      ['xz-utils', 'liblzma5'].map((name) => ({
        cve_id: 'CVE-2024-3094',
        package: name,
        installed_version: '5.6.0-0.2',
        fixed_version: '5.6.1+really5.4.5-1',
        severity: 'critical',
      })),
    );
  });

  it('takes what Trivy leaves out: no results, null lists, no fix, unknown severity', () => {
    expect(cvesOf({ SchemaVersion: 2 })).toEqual([]);
    expect(cvesOf(report(null))).toEqual([]);
    const bare = { VulnerabilityID: 'CVE-2023-0001', PkgName: 'curl', FixedVersion: '' };
    expect(cvesOf(report([bare]))).toMatchObject([{ fixed_version: null, severity: 'info', installed_version: '' }]);
  });

  it('leaves out advisories without a CVE number', () => {
    expect(
      cvesOf(
        report([
          { ...vulnerability, VulnerabilityID: 'GHSA-xxxx-yyyy-zzzz' },
          { ...vulnerability, VulnerabilityID: 'TEMP-0-1' },
        ]),
      ),
    ).toEqual([]);
  });

  it.each([
    ['another schema version', { SchemaVersion: 1 }],
    ['a severity that is none', report([{ ...vulnerability, Severity: 'SEVERE' }])],
    ['a package without a name', report([{ ...vulnerability, PkgName: '' }])],
  ])('refuses %s', (_, json) => {
    expect(trivyReport.safeParse(json).success).toBe(false);
  });
});
