import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKernelCves, parseKernelVersion } from '../../src/domain/kernelCve.ts';

describe('a kernel version', () => {
  it.each([
    ['5.15.20', { stream: '5.15', patch: 20 }],
    ['6.1', { stream: '6.1', patch: 0 }],
    ['6.1.0', { stream: '6.1', patch: 0 }],
    ['4.19.311', { stream: '4.19', patch: 311 }],
  ])('%s is read', (text, version) => {
    expect(parseKernelVersion(text)).toEqual(version);
  });

  it.each([
    '',
    '6',
    '6.1.0-18-amd64',
    '5.15.20 ',
    ' 5.15.20',
    '5.15.',
    '5..1',
    'v5.15.1',
    '5.15.1.2',
    '5.15.x',
    '1234.1.1',
    '５.15.1',
    '5.15.20\n',
  ])('%j is none', (text) => {
    expect(parseKernelVersion(text)).toBeNull();
  });
});

describe('open CVEs', () => {
  // Dirty Pipe, from the kernel's own record: fixed in 5.10.102, 5.15.25 and 5.16.11.
  const dirtyPipe = [
    { cve_id: 'CVE-2022-0847', stream: '5.10', fixed_patch: 102 },
    { cve_id: 'CVE-2022-0847', stream: '5.15', fixed_patch: 25 },
    { cve_id: 'CVE-2022-0847', stream: '5.16', fixed_patch: 11 },
  ];

  it.each([
    ['5.15.24', true],
    ['5.15.25', false],
    ['5.15.26', false],
    ['5.10.101', true],
    ['5.10.102', false],
    ['5.16', true],
    // Streams of which the record says nothing.
    ['5.4.100', false],
    ['5.1.0', false],
    ['6.1.1', false],
  ])('on %s: Dirty Pipe %s', (text, isOpen) => {
    const version = parseKernelVersion(text);
    expect(version && openKernelCves(version, dirtyPipe).length > 0).toBe(isOpen);
  });

  it('only ever become fewer within a stream', () => {
    const fix = fc.record({
      cve_id: fc.integer({ min: 1000, max: 9999 }).map((n) => `CVE-2024-${n}`),
      stream: fc.constantFrom('5.15', '6.1'),
      fixed_patch: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(fc.array(fix), fc.nat(200), fc.nat(50), (fixes, patch, step) => {
        const before = openKernelCves({ stream: '6.1', patch }, fixes);
        const after = openKernelCves({ stream: '6.1', patch: patch + step }, fixes);
        expect(before).toEqual(expect.arrayContaining([...after]));
      }),
    );
  });
});
