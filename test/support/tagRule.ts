/** Random hosts and rules that often meet each other, for properties. */

import fc from 'fast-check';
import type { RuleHost, TagRule } from '../../src/domain/tagRule.ts';

const TAGS = ['production', 'staging', 'eu-west-1', 'Production', 'db', 'a=b/c:d'];
const VERSIONS = [
  '6.1.76',
  '6.1.0-18-amd64',
  '6.10.3',
  '6.1',
  '5.15.0-100-generic',
  '5.15',
  '6',
  '0.0',
  '6.01',
  '007.2',
  '6.1.0.0',
  '4294967296.1',
  'custom-6.1',
  '6.1.760',
  '10.2-rc1',
  '',
];
const NAMES = [
  'web-03',
  'WEB-03',
  'web-3.acme.example',
  'db_prod',
  'db-prod-01',
  '100%',
  'a\\b',
  'wéb',
  'ÉTÉ',
  'İstanbul',
  '💻-1',
  'x',
];
const GLOBS = [
  '*',
  '?',
  'web*',
  '*-0?',
  'db?prod',
  'WEB-*',
  '*.acme.example',
  'w?b',
  '?-1',
  '*t*',
  'db_prod',
  'x**',
  '**',
];
const OS_GLOBS = ['debian', 'Debian*', '*12*', '100%', 'd_bian', 'ubuntu', '?????'];
const OS_IDS = ['debian', 'Debian', 'ubuntu', 'rhel', '100%', 'dxbian'];
const OPERATORS = ['>=', '<=', '!=', '==', '=', '>', '<'];
const NUMBERS = ['6.1', '6.1.76', '6.1.0', '6', '5.15', '0', '6.10', '7.2', '10.2', '1.2.10'];

/** Any host. */
export const randomHost: fc.Arbitrary<RuleHost> = fc.record({
  hostname: fc.oneof(fc.constantFrom(...NAMES), fc.stringMatching(/^[a-z0-9-]{1,12}$/)),
  tags: fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 3 }),
  os_id: fc.option(fc.constantFrom(...OS_IDS)),
  os_name: fc.option(fc.constantFrom('Debian GNU/Linux 12 (bookworm)', 'Ubuntu 24.04', 'é', '')),
  kernel_release: fc.option(fc.constantFrom(...VERSIONS)),
  kernel_upstream: fc.option(fc.constantFrom('6.1.76', '6.10.3', '5.15', '6.1.0')),
  agent_version: fc.constantFrom(...VERSIONS, '1.2.10', '1.2.9'),
});

const version = fc.oneof(
  fc
    .tuple(fc.constantFrom(...OPERATORS), fc.constantFrom('', ' '), fc.constantFrom(...NUMBERS))
    .map((parts) => parts.join('')),
  fc.constantFrom('6', '6.1', '6.1.', '6.1.0-1', '6.1.0-18', '5.15.0', '10.2-rc', '1.2.1', '1.2'),
);
const leaf: fc.Arbitrary<TagRule> = fc.oneof(
  fc.record({ tag: fc.constantFrom(...TAGS) }),
  fc.record({ os: fc.constantFrom(...OS_GLOBS) }),
  fc.record({ hostname: fc.constantFrom(...GLOBS) }),
  fc.record({ kernel: version }),
  fc.record({ agent_version: version }),
);

/** Any rule of at most this depth. */
export function randomRule(depth: number): fc.Arbitrary<TagRule> {
  if (depth === 0) return leaf;
  const parts = fc.array(randomRule(depth - 1), { minLength: 1, maxLength: 3 });
  return fc.oneof(leaf, fc.record({ all_of: parts }), fc.record({ any_of: parts }), fc.record({ none_of: parts }));
}
