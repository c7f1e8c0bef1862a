import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlausibleFeed, parseKernelFixes, parseKevCatalogue } from '../../src/domain/feeds.ts';

const entry = {
  cveID: 'CVE-2022-0847',
  vendorProject: 'Linux',
  product: 'Kernel',
  vulnerabilityName: 'Linux Kernel Privilege Escalation',
  dateAdded: '2022-04-25',
  dueDate: '2022-05-16',
  knownRansomwareCampaignUse: 'Unknown',
};

describe('the KEV catalogue', () => {
  it('is read as CISA writes it, each CVE once', () => {
    const feed = parseKevCatalogue({
      title: 'CISA Catalog',
      catalogVersion: '2026.05.01',
      vulnerabilities: [
        { ...entry, notes: 'x' },
        { ...entry, knownRansomwareCampaignUse: 'Known' },
        { ...entry, cveID: 'CVE-2024-1086', dueDate: undefined },
      ],
    });
    expect(feed.version).toBe('2026.05.01');
    expect(feed.entries.map(({ cve_id, ransomware, due_date }) => [cve_id, ransomware, due_date])).toEqual([
      ['CVE-2022-0847', true, '2022-05-16'],
      ['CVE-2024-1086', false, null],
    ]);
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['no entries', { catalogVersion: 'x', vulnerabilities: [] }],
    ['no version', { vulnerabilities: [entry] }],
    ['an id that is none', { catalogVersion: 'x', vulnerabilities: [{ ...entry, cveID: 'CVE-1' }] }],
    ['a date that is none', { catalogVersion: 'x', vulnerabilities: [{ ...entry, dateAdded: 'yesterday' }] }],
  ])('refuses %s', (_, json) => {
    expect(() => parseKevCatalogue(json)).toThrow();
  });
});

describe('the kernel’s stream fixes', () => {
  it('are read, and entries that say nothing about their own stream are left out', () => {
    const feed = parseKernelFixes(
      {
        'CVE-2022-0847': {
          '5.15': { cmt_id: 'abc', fixed_version: '5.15.25' },
          '5.10': { fixed_version: '5.10.102' },
          '4.9': { fixed_version: '5.10.1' },
          '5.4': {},
          mainline: { fixed_version: '5.17-rc6' },
        },
        'not-a-cve': { '5.15': { fixed_version: '5.15.1' } },
      },
      'v1',
    );
    expect(feed.entries).toEqual([
      { cve_id: 'CVE-2022-0847', stream: '5.15', fixed_version: '5.15.25', fixed_patch: 25 },
      { cve_id: 'CVE-2022-0847', stream: '5.10', fixed_version: '5.10.102', fixed_patch: 102 },
    ]);
  });

  it.each([
    ['nothing', {}],
    ['a text', 'x'],
    ['a CVE that is a number', { 'CVE-2022-0847': 1 }],
  ])('refuse %s', (_, json) => {
    expect(() => parseKernelFixes(json, 'v1')).toThrow();
  });
});

it('a feed that lost more than a fifth, or everything, may not replace what is there', () => {
  expect(isPlausibleFeed(0, 0)).toBe(false);
  expect(isPlausibleFeed(1, 0)).toBe(true);
  expect(isPlausibleFeed(799, 1000)).toBe(false);
  expect(isPlausibleFeed(800, 1000)).toBe(true);
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), (before, more) => {
      if (before + more > 0) expect(isPlausibleFeed(before + more, before)).toBe(true);
    }),
  );
});
