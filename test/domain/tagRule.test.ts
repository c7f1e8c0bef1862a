import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InheritableGroup, inherit, type TenantSla } from '../../src/domain/groupInheritance.ts';
import {
  MAX_RULE_DEPTH,
  MAX_RULE_LEAVES,
  matches,
  type RuleHost,
  ruleFaults,
  tagRule,
} from '../../src/domain/tagRule.ts';
import { randomHost, randomRule } from '../support/tagRule.ts';

const host: RuleHost = {
  hostname: 'Web-03.eu.acme.example',
  tags: ['production', 'eu-west-1'],
  os_id: 'debian',
  os_name: 'Debian GNU/Linux 12 (bookworm)',
  kernel_release: '6.1.0-18-amd64',
  kernel_upstream: '6.1.76',
  agent_version: '1.2.10',
};
const bare: RuleHost = { ...host, tags: [], os_id: null, os_name: null, kernel_release: null, kernel_upstream: null };

describe('a rule', () => {
  it('takes in the hosts with both tags, as in the documents', () => {
    const rule = { all_of: [{ tag: 'production' }, { tag: 'eu-west-1' }] };
    expect(matches(rule, host)).toBe(true);
    expect(matches(rule, { ...host, tags: ['production'] })).toBe(false);
  });

  it.each([
    [{ any_of: [{ tag: 'staging' }, { os: 'debian' }] }, true],
    [{ any_of: [{ tag: 'staging' }, { os: 'rhel' }] }, false],
    [{ none_of: [{ tag: 'staging' }, { os: 'rhel' }] }, true],
    [{ none_of: [{ tag: 'staging' }, { os: 'debian' }] }, false],
    [{ tag: 'prod' }, false],
    [{ tag: 'Production' }, false],
    [{ os: 'Debian' }, true],
    [{ os: 'debian*12*' }, true],
    [{ os: 'debian*13*' }, false],
    [{ hostname: 'web-*' }, true],
    [{ hostname: 'web-0?.eu.acme.example' }, true],
    [{ hostname: 'web' }, false],
    [{ hostname: '*.acme.example' }, true],
    [{ hostname: '*a*a*a*a*a*' }, false],
    [{ kernel: '6.1' }, true],
    [{ kernel: '6.1.7' }, false],
    [{ kernel: '6.1.0-18' }, true],
    [{ kernel: '6.1.0-1' }, false],
    [{ kernel: '6' }, true],
    [{ kernel: '>=6.1.76' }, true],
    [{ kernel: '>6.1.76' }, false],
    [{ kernel: '< 6.1.100' }, true],
    [{ kernel: '<6.2' }, true],
    [{ kernel: '<6.1' }, false],
    [{ kernel: '!=6.1.76.0' }, false],
    [{ kernel: '==6.1.76' }, true],
    [{ agent_version: '>=1.2.9' }, true],
    [{ agent_version: '1.2.1' }, false],
    [{ agent_version: '1.2' }, true],
  ] as const)('%j: %s', (rule, expected) => {
    expect(ruleFaults(rule)).toEqual([]);
    expect(matches(rule, host)).toBe(expected);
  });

  it('finds nothing in what is not known, and its opposite finds the host', () => {
    for (const leaf of [{ os: '*' }, { kernel: '>0' }, { kernel: '!=1' }, { kernel: '6' }]) {
      expect(matches(leaf, bare)).toBe(false);
      expect(matches({ none_of: [leaf] }, bare)).toBe(true);
    }
  });

  it('compares the release where the upstream version is not known', () => {
    expect(
      matches({ kernel: '>=5.15' }, { ...host, kernel_upstream: null, kernel_release: '5.15.0-100-generic' }),
    ).toBe(true);
    expect(matches({ kernel: '>=5.15' }, { ...host, kernel_upstream: null, kernel_release: 'custom' })).toBe(false);
  });

  it('obeys De Morgan, and none_of is the opposite of any_of', () => {
    fc.assert(
      fc.property(fc.array(randomRule(2), { minLength: 1, maxLength: 4 }), randomHost, (parts, some) => {
        const any = matches({ any_of: parts }, some);
        expect(matches({ none_of: parts }, some)).toBe(!any);
        expect(matches({ none_of: [{ all_of: parts.map((part) => ({ none_of: [part] })) }] }, some)).toBe(any);
      }),
    );
  });

  it('answers at once for a pattern made to be slow', () => {
    const started = performance.now();
    expect(matches({ hostname: `${'*a'.repeat(8)}b` }, { ...host, hostname: 'a'.repeat(253) })).toBe(false);
    expect(performance.now() - started).toBeLessThan(50);
  });
});

describe('a rule that is not one', () => {
  const nested = (depth: number): unknown => (depth === 0 ? { tag: 'x' } : { all_of: [nested(depth - 1)] });
  const many = (count: number) => ({ any_of: Array.from({ length: count }, (_, index) => ({ tag: `t${index}` })) });

  it.each([
    ['text', 'production', []],
    ['a list', [{ tag: 'x' }], []],
    ['nothing', {}, []],
    ['two members', { tag: 'x', os: 'debian' }, []],
    ['an unknown member', { all_of: [{ tag: 'x' }, { sql: 'drop' }] }, ['all_of', 1, 'sql']],
    ['an inherited name', { toString: 'x' }, ['toString']],
    ['an empty list', { any_of: [] }, ['any_of']],
    ['a list that is none', { any_of: { tag: 'x' } }, ['any_of']],
    ['a number as tag', { none_of: [{ any_of: [{ tag: 7 }] }] }, ['none_of', 0, 'any_of', 0, 'tag']],
    ['a tag that no host can have', { tag: 'a b' }, ['tag']],
    ['a hostname with a bracket', { hostname: 'web-[0-9]' }, ['hostname']],
    ['too many wildcards', { hostname: '*a*a*a*a*a*a*a*a*a' }, ['hostname']],
    ['an operator without version', { kernel: '>=' }, ['kernel']],
    ['a comparison with letters', { kernel: '>=6.1-rc1' }, ['kernel']],
    ['a version that begins otherwise', { agent_version: 'v1' }, ['agent_version']],
  ])('%s is refused with the place', (_, rule, path) => {
    expect(ruleFaults(rule).map((fault) => fault.path)).toEqual([path]);
  });

  it('is nested no deeper than the limit and has no more conditions', () => {
    expect(ruleFaults(nested(MAX_RULE_DEPTH))).toEqual([]);
    expect(ruleFaults(nested(MAX_RULE_DEPTH + 1))).toHaveLength(1);
    expect(ruleFaults(many(MAX_RULE_LEAVES))).toEqual([]);
    expect(ruleFaults(many(MAX_RULE_LEAVES + 5))).toEqual([
      { path: ['any_of', MAX_RULE_LEAVES, 'tag'], message: `more than ${MAX_RULE_LEAVES} conditions` },
    ]);
  });

  it('tells every fault at once', () => {
    expect(ruleFaults({ all_of: [{ tag: '' }, { os: '' }, { x: 1 }] })).toHaveLength(3);
    expect(tagRule.safeParse({ all_of: [{ tag: '' }] }).error?.issues).toMatchObject([{ path: ['all_of', 0, 'tag'] }]);
  });

  it('never makes the check fail, whatever JSON it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 12 }), (value) => {
        expect(Array.isArray(ruleFaults(value))).toBe(true);
      }),
    );
  });
});

describe('inheritance', () => {
  const group = (id: string, change: Partial<InheritableGroup>): InheritableGroup => ({
    id,
    name: id,
    priority: 100,
    runbook_version: 0,
    has_runbook: false,
    sla_policy: null,
    sla_resolve_minutes: {},
    on_call: null,
    on_call_schedule_id: null,
    ...change,
  });
  const nothing: TenantSla = { sla_policy: null, sla_resolve_minutes: {}, default_policy: null };

  it('takes each thing from the first group that has it, and says why', () => {
    const eu = group('eu', { priority: 10, on_call: { name: 'Eve', contact: '+32' } });
    const all = group('all', {
      priority: 20,
      has_runbook: true,
      runbook_version: 3,
      sla_resolve_minutes: { critical: 15 },
    });
    const last = group('last', { priority: 30, has_runbook: true, sla_resolve_minutes: { critical: 5, high: 30 } });
    const found = inherit([last, all, eu], { ...nothing, sla_resolve_minutes: { medium: 77 } });
    expect(found.on_call.group).toBe(eu);
    expect(found.on_call.reason).toBe('Only "eu" has somebody on call.');
    expect(found.runbook.group).toBe(all);
    expect(found.runbook.reason).toBe('"all" comes first by priority 20. 1 before it has none.');
    expect(found.sla.critical).toMatchObject({ group: all, resolve_minutes: 15 });
    expect(found.sla.high).toMatchObject({ group: last, resolve_minutes: 30 });
    expect(found.sla.medium).toMatchObject({ group: null, resolve_minutes: 77 });
    expect(found.sla.low).toMatchObject({ group: null, resolve_minutes: 4320 });
  });

  it('goes by name where priorities are the same', () => {
    const pair = [group('b', { has_runbook: true }), group('a', { has_runbook: true })];
    expect(inherit(pair, nothing).runbook.group?.id).toBe('a');
  });

  it('gives a host without groups what the tenant says', () => {
    expect(inherit([], nothing).runbook).toEqual({ group: null, reason: 'The host is in no group.' });
  });
});
