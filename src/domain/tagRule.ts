/**
 * Rules by which hosts belong to a group: combinators over facts of one host.
 *
 *     { "all_of": [ {"tag": "production"}, {"any_of": [ {"os": "debian"}, {"kernel": ">=6.1"} ]} ] }
 *
 * Every node is an object with exactly one member. A fact that is not known (no inventory yet) matches nothing, and
 * `none_of` of it matches. src/db/groups.ts renders the same rule to SQL from `versionTest` and `asciiLower`'s
 * definitions here; test/activities/groups.test.ts compares the two over random fleets.
 */

import { z } from 'zod';

/** How deep combinators may be nested; a leaf alone has depth 0. */
export const MAX_RULE_DEPTH = 8;
/** How many leaves a rule may have. */
export const MAX_RULE_LEAVES = 100;

export const COMBINATORS = ['all_of', 'any_of', 'none_of'] as const;
export type Combinator = (typeof COMBINATORS)[number];
export const LEAVES = ['tag', 'os', 'kernel', 'hostname', 'agent_version'] as const;
export type Leaf = (typeof LEAVES)[number];

/** A rule that has been checked; its JSON is what was sent. */
export type TagRule =
  | { readonly all_of: readonly TagRule[] }
  | { readonly any_of: readonly TagRule[] }
  | { readonly none_of: readonly TagRule[] }
  | { readonly tag: string }
  | { readonly os: string }
  | { readonly kernel: string }
  | { readonly hostname: string }
  | { readonly agent_version: string };

/** What a rule looks at. Null: not known (yet). */
export type RuleHost = {
  readonly hostname: string;
  readonly tags: readonly string[];
  readonly os_id: string | null;
  readonly os_name: string | null;
  readonly kernel_release: string | null;
  readonly kernel_upstream: string | null;
  readonly agent_version: string;
};

/** A fault of a rule; `path` leads to the bad part. */
export type RuleFault = { readonly path: readonly (string | number)[]; readonly message: string };

const TAG = /^[A-Za-z0-9][A-Za-z0-9._:=/-]{0,62}$/;
const VERSION_TEST = /^(?:(>=|<=|!=|==|=|>|<)\s*([0-9]{1,9}(?:\.[0-9]{1,9}){0,5})|([0-9][0-9A-Za-z.+~_-]{0,62}))$/;

const LEAF_FORMATS: Readonly<Record<Leaf, { readonly format: RegExp; readonly message: string }>> = {
  tag: { format: TAG, message: 'a tag has letters, digits and . _ : = / - only, at most 63' },
  os: { format: /^[\x20-\x5b\x5d-\x7e]{1,100}$/, message: 'an os is its id or name, with * and ? as wildcards' },
  hostname: {
    format: /^[A-Za-z0-9._*?-]{1,253}$/,
    message: 'a hostname has letters, digits and . _ - only, with * and ? as wildcards',
  },
  kernel: { format: VERSION_TEST, message: 'write the start of a version (6.1) or a comparison (>=6.1.76)' },
  agent_version: { format: VERSION_TEST, message: 'write the start of a version (1.2) or a comparison (<1.2.10)' },
};
/** More wildcards say nothing more, and cost. */
const MAX_WILDCARD_RUNS = 8;

/** Every fault of a rule; none: it is a {@link TagRule}. */
export function ruleFaults(value: unknown): readonly RuleFault[] {
  const faults: RuleFault[] = [];
  let leaves = 0;
  const visit = (node: unknown, path: readonly (string | number)[], depth: number): void => {
    const fault = (message: string, at: readonly (string | number)[] = path): void => {
      faults.push({ path: at, message });
    };
    if (typeof node !== 'object' || node === null || Array.isArray(node))
      return fault('a rule is an object such as {"tag": "production"}');
    const members = Object.entries(node);
    const [member] = members;
    if (member === undefined || members.length > 1)
      return fault(`name exactly one of ${[...COMBINATORS, ...LEAVES].join(', ')}`);
    const [name, content] = member as [string, unknown];
    const here = [...path, name];
    if (isCombinator(name)) {
      if (depth >= MAX_RULE_DEPTH) return fault(`nested deeper than ${MAX_RULE_DEPTH}`, here);
      if (!Array.isArray(content) || content.length === 0) return fault('a list of at least one rule', here);
      content.forEach((part: unknown, index) => {
        visit(part, [...here, index], depth + 1);
      });
      return;
    }
    if (!isLeaf(name)) return fault(`not known; use one of ${[...COMBINATORS, ...LEAVES].join(', ')}`, here);
    leaves += 1;
    if (leaves === MAX_RULE_LEAVES + 1) fault(`more than ${MAX_RULE_LEAVES} conditions`, here);
    const { format, message } = LEAF_FORMATS[name];
    if (typeof content !== 'string' || !format.test(content)) return fault(message, here);
    if ((name === 'os' || name === 'hostname') && content.split(/\*+/).length - 1 > MAX_WILDCARD_RUNS)
      fault(`more than ${MAX_WILDCARD_RUNS} wildcards`, here);
  };
  visit(value, [], 0);
  return faults;
}

function isCombinator(name: string): name is Combinator {
  return (COMBINATORS as readonly string[]).includes(name);
}

function isLeaf(name: string): name is Leaf {
  return (LEAVES as readonly string[]).includes(name);
}

/** A rule in a body or a row; each fault is an issue at its place. */
export const tagRule = z.record(z.string(), z.json()).transform((value, ctx): TagRule => {
  for (const { path, message } of ruleFaults(value))
    ctx.issues.push({ code: 'custom', input: value, path: [...path], message });
  // No fault was found, so the shape is that of the type; with a fault the value goes no further.
  return value as unknown as TagRule;
});

/** Whether a host belongs. */
export function matches(rule: TagRule, host: RuleHost): boolean {
  if ('all_of' in rule) return rule.all_of.every((part) => matches(part, host));
  if ('any_of' in rule) return rule.any_of.some((part) => matches(part, host));
  if ('none_of' in rule) return !rule.none_of.some((part) => matches(part, host));
  if ('tag' in rule) return host.tags.includes(rule.tag);
  if ('os' in rule) return [host.os_id, host.os_name].some((name) => name !== null && matchesGlob(rule.os, name));
  if ('hostname' in rule) return matchesGlob(rule.hostname, host.hostname);
  if ('kernel' in rule) return matchesVersion(rule.kernel, [host.kernel_upstream, host.kernel_release]);
  return matchesVersion(rule.agent_version, [host.agent_version]);
}

/** Operators of a comparison, as SQL spells them too. */
type VersionOperator = '>=' | '<=' | '<>' | '=' | '>' | '<';

/** What a version condition says: how a name begins, or how its numbers compare. */
export type VersionTest =
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'compare'; readonly operator: VersionOperator; readonly version: readonly number[] };

/** Reads a version condition of a checked rule. */
export function versionTest(text: string): VersionTest {
  const [, operator, version] = VERSION_TEST.exec(text) ?? [];
  if (operator === undefined || version === undefined) return { kind: 'prefix', prefix: text };
  const spelled = operator === '!=' ? '<>' : operator === '==' ? '=' : (operator as VersionOperator);
  return { kind: 'compare', operator: spelled, version: numbersOf(version) ?? [] };
}

/**
 * The numbers that a version begins with, without zeros at the end: 6.1.0-18-amd64 is [6, 1], as 6.1 is. Null when it
 * begins with none.
 */
function numbersOf(version: string): readonly number[] | null {
  const text = /^[0-9]{1,9}(?:\.[0-9]{1,9})*/.exec(version)?.[0];
  return text === undefined
    ? null
    : text
        .replace(/(?:\.0+)+$/, '')
        .split('.')
        .map(Number);
}

/**
 * A prefix fits any of the names (the upstream version, the release), and ends where a number ends: 6.1 is not the
 * start of 6.10. A comparison is about the first name that is known.
 */
function matchesVersion(text: string, names: readonly (string | null)[]): boolean {
  const test = versionTest(text);
  const known = names.filter((name) => name !== null);
  if (test.kind === 'prefix') return known.some((name) => beginsWith(name, test.prefix));
  const numbers = known[0] === undefined ? null : numbersOf(known[0]);
  return numbers !== null && COMPARE[test.operator](compareNumbers(numbers, test.version));
}

function beginsWith(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && !(/[0-9]$/.test(prefix) && /^[0-9]/.test(name.slice(prefix.length)));
}

const COMPARE: Readonly<Record<VersionOperator, (order: number) => boolean>> = {
  '>=': (order) => order >= 0,
  '<=': (order) => order <= 0,
  '<>': (order) => order !== 0,
  '=': (order) => order === 0,
  '>': (order) => order > 0,
  '<': (order) => order < 0,
};

/** Number by number; of two that agree the longer is the greater. */
function compareNumbers(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] as number) - (b[index] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Lower case for A to Z alone: what Postgres does in its "C" collation, whatever the locale. */
export function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** `*` is any run of characters, `?` any one; the whole name must fit; A to Z and a to z are the same. Linear in its parts, no regular expression. */
function matchesGlob(pattern: string, name: string): boolean {
  const wanted = Array.from(asciiLower(pattern));
  const given = Array.from(asciiLower(name));
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < given.length; ) {
    if (at < wanted.length && wanted[at] === '*') {
      star = at;
      at += 1;
      resume = index;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      // What the last star took was too little: it takes one character more.
      at = star + 1;
      resume += 1;
      index = resume;
    } else return false;
  }
  while (wanted[at] === '*') at += 1;
  return at === wanted.length;
}
