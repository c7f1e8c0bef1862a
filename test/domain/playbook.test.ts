import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_PLAYBOOKS } from '../../src/domain/builtInPlaybooks.ts';
import {
  MAX_PLAYBOOK_TEXT,
  type ParameterValues,
  type PlaybookContent,
  type PlaybookStep,
  parameterFaults,
  playbookContent,
  playbookSha256,
  playbookText,
  resolveSteps,
  STEP_KINDS,
} from '../../src/domain/playbook.ts';

/** Checks and completes what a person would write. */
const parse = (change: Record<string, unknown>) =>
  playbookContent.safeParse({ slug: 'p', name: 'P', steps: [{ kind: 'reboot' }], ...change });
function content(change: Record<string, unknown>): PlaybookContent {
  return playbookContent.parse({ slug: 'p', name: 'P', steps: [{ kind: 'reboot' }], ...change });
}
const echo = (...argv: string[]) =>
  content({
    parameters: ['a', 'b', 'other'].map((name) => ({ name, type: 'string', required: false })),
    steps: [{ kind: 'run_command', argv: ['/bin/echo', ...argv] }],
  });
const argvOf = (steps: readonly PlaybookStep[] | null): readonly string[] | null => {
  const [step] = steps ?? [];
  return step?.kind === 'run_command' ? step.argv : null;
};

describe('the built-ins', () => {
  it('pin isolate-network to these bytes for ever (a change of content is version 2)', () => {
    const text =
      '{"description":"Drops all traffic of the host but that with the hub. Undoes itself after the dead-man time unless it is confirmed.",' +
      '"irreversible":false,"name":"Isolate network","parameters":[{"default":3600,"description":"seconds until the isolation undoes itself",' +
      '"name":"dead_man_seconds","required":false,"type":"integer"}],"slug":"isolate-network",' +
      '"steps":[{"dead_man_seconds":"{{dead_man_seconds}}","kind":"isolate_network","name":"isolate"}]}';
    const isolate = BUILT_IN_PLAYBOOKS[0]?.content as PlaybookContent;
    expect(playbookText(isolate)).toBe(text);
    expect(playbookSha256(isolate)).toBe('558b0e7ff6a1a8ca395e75efb161ed51b4ebd74a3bc8c7bb8f240057ca16b560');
    expect(createHash('sha256').update(text, 'utf8').digest('hex')).toBe(
      '558b0e7ff6a1a8ca395e75efb161ed51b4ebd74a3bc8c7bb8f240057ca16b560',
    );
  });

  it('have the slugs of the design, ids of their own, and pass their own format unchanged', () => {
    expect(BUILT_IN_PLAYBOOKS.map((each) => each.content.slug).toSorted()).toEqual([
      'collect-triage',
      'db-restore',
      'isolate-network',
      'kernel-update',
      'quarantine-file',
      'restart-service',
      'restore-network',
      'rotate-secrets',
    ]);
    expect(new Set(BUILT_IN_PLAYBOOKS.map(({ id }) => id)).size).toBe(BUILT_IN_PLAYBOOKS.length);
    for (const each of BUILT_IN_PLAYBOOKS) expect(playbookContent.parse(each.content)).toEqual(each.content);
  });

  it('hold with their defaults', () => {
    const examples: ParameterValues = { service: 'nginx.service', path: '/tmp/suspicious' };
    for (const each of BUILT_IN_PLAYBOOKS) {
      const names = new Set(each.content.parameters.map(({ name }) => name));
      const values = Object.fromEntries(Object.entries(examples).filter(([name]) => names.has(name)));
      expect(parameterFaults(each.content, values), each.content.slug).toEqual([]);
      expect(resolveSteps(each.content, values), each.content.slug).toHaveLength(each.content.steps.length);
    }
  });
});

describe('placeholders', () => {
  it('become the typed value alone, and its text inside a text or an argv', () => {
    const playbook = content({
      parameters: [
        { name: 'secs', type: 'integer' },
        { name: 'flag', type: 'boolean' },
      ],
      steps: [
        { kind: 'wait', seconds: '{{secs}}' },
        { kind: 'run_command', argv: ['/bin/x', '{{secs}}', '--flag={{flag}}', '{{flag}}', '{{secs}}{{secs}}'] },
      ],
    });
    expect(resolveSteps(playbook, { secs: 7, flag: true })).toEqual([
      { kind: 'wait', seconds: 7 },
      { kind: 'run_command', argv: ['/bin/x', '7', '--flag=true', 'true', '77'] },
    ]);
  });

  it('are names of parameters; other braces are text, as templates of other programs need', () => {
    expect(parse({ steps: [{ kind: 'run_command', argv: ['/bin/x', '{{who}}'] }] }).success).toBe(false);
    const playbook = echo('{{.Names}}', '{{ a }}', '{{A}}', '{a}');
    expect(argvOf(resolveSteps(playbook, { a: 'x' }))).toEqual(['/bin/echo', '{{.Names}}', '{{ a }}', '{{A}}', '{a}']);
  });

  it('stay one argv element each, and a value is never read again, whatever it says', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.constantFrom(
        '{{other}}',
        '{{a}}',
        '{{b}}',
        '; rm -rf /',
        '$(id)',
        '`id`',
        "'",
        '"',
        '$&',
        '$1',
        "$'",
        '--help',
        ' ',
      ),
    );
    fc.assert(
      fc.property(value, value, (a, b) => {
        const playbook = echo('{{a}}', '--b={{b}}', '{{a}}{{b}}');
        const values = { a, b, other: 'INJECTED' };
        fc.pre(parameterFaults(playbook, values).length === 0);
        expect(argvOf(resolveSteps(playbook, values))).toEqual(['/bin/echo', a, `--b=${b}`, a + b]);
      }),
    );
  });

  it('never let in what a person cannot see: line breaks, control and format characters', () => {
    const playbook = echo('{{a}}', 'x{{b}}');
    for (const bad of [
      '\n',
      '\r',
      '\0',
      '\u001b[2J',
      '\u007f',
      '\u0085',
      '\u202e',
      '\u2066',
      '\u200b',
      '\u2028',
      '\ufeff',
      '\ud800',
    ]) {
      const value = `safe${bad}text`;
      expect(parameterFaults(playbook, { a: value, b: 'x' }), JSON.stringify(bad)).toHaveLength(1);
      expect(resolveSteps(playbook, { a: value, b: 'x' }), JSON.stringify(bad)).toBeNull();
      expect(resolveSteps(playbook, { a: 'x', b: value }), JSON.stringify(bad)).toBeNull();
      expect(parse({ name: value }).success, JSON.stringify(bad)).toBe(false);
      if (bad !== '\n') expect(parse({ description: value }).success, JSON.stringify(bad)).toBe(false);
    }
    expect(argvOf(resolveSteps(playbook, { a: 'Zürich ✓ — 東京', b: 'x' }))).toEqual([
      '/bin/echo',
      'Zürich ✓ — 東京',
      'xx',
    ]);
  });

  it('do not hold when a value brings a placeholder into a field that takes one', () => {
    const parameters = [{ name: 'x', type: 'string' }];
    const steps: Record<string, unknown>[] = [
      { kind: 'wait', seconds: '{{x}}' },
      { kind: 'kill_process', pid: '{{x}}', start_time: 1 },
      { kind: 'kill_process', pid: 5, start_time: '{{x}}' },
      { kind: 'isolate_network', dead_man_seconds: '{{x}}' },
      { kind: 'memory_dump', pid: '{{x}}' },
      { kind: 'install_package', package: '{{x}}' },
    ];
    for (const step of steps) expect(resolveSteps(content({ parameters, steps: [step] }), { x: '{{x}}' })).toBeNull();
  });
});

describe('a step that must not run', () => {
  const parameters = [{ name: 'x', type: 'string' }];
  it.each<[Record<string, unknown>, string]>([
    [{ kind: 'stop_service', service: '{{x}}' }, '--host=evil'],
    [{ kind: 'restart_service', service: '{{x}}' }, '-H'],
    [{ kind: 'stop_service', service: '{{x}}' }, 'a b'],
    [{ kind: 'quarantine_file', path: '{{x}}' }, 'etc/passwd'],
    [{ kind: 'quarantine_file', path: '/srv/{{x}}' }, '../etc/passwd'],
    [{ kind: 'restore_file', path: '{{x}}' }, '/a/../b'],
    [{ kind: 'install_package', package: '{{x}}' }, '--allow-downgrades'],
    [{ kind: 'install_package', package: '{{x}}' }, './local.deb'],
  ])('is refused with the value, and as written: %j %s', (step, value) => {
    expect(resolveSteps(content({ parameters, steps: [step] }), { x: value })).toBeNull();
    const written = JSON.parse(JSON.stringify(step).replace('{{x}}', value)) as Record<string, unknown>;
    expect(parse({ steps: [written] }).success).toBe(false);
  });

  it('control: the same steps with honest values hold', () => {
    const of = (step: Record<string, unknown>, x: string) =>
      resolveSteps(content({ parameters, steps: [step] }), { x });
    expect(of({ kind: 'stop_service', service: '{{x}}' }, 'getty@tty1.service')).not.toBeNull();
    expect(of({ kind: 'quarantine_file', path: '/srv/{{x}}' }, 'a..b')).not.toBeNull();
    expect(of({ kind: 'install_package', package: '{{x}}' }, 'libc6:amd64')).not.toBeNull();
  });
});

describe('parameterFaults', () => {
  const playbook = content({
    parameters: [
      { name: 's', type: 'string', required: false },
      { name: 'i', type: 'integer', required: false },
      { name: 'b', type: 'boolean', required: false },
      { name: 'p', type: 'path', required: false },
      { name: 'u', type: 'service', required: false },
      { name: 'k', type: 'package', required: false },
      { name: 'needed', type: 'string' },
    ],
  });
  const needed = 'x';

  it.each<[ParameterValues, number]>([
    [{ needed }, 0],
    [{}, 1],
    [{ needed, unknown: 'x' }, 1],
    [{ needed, i: 1.5 }, 1],
    [{ needed, i: 2 ** 53 }, 1],
    [{ needed, i: '1' }, 1],
    [{ needed, i: -1 }, 0],
    [{ needed, b: 'true' }, 1],
    [{ needed, s: 1 }, 1],
    [{ needed, p: '/a/b' }, 0],
    [{ needed, p: 'a/b' }, 1],
    [{ needed, p: '/a/..' }, 1],
    [{ needed, u: 'nginx.service' }, 0],
    [{ needed, u: '-x' }, 1],
    [{ needed, k: 'linux-image-amd64' }, 0],
    [{ needed, k: 'Linux' }, 1],
    [{ needed: '', u: '', k: '' }, 2],
  ])('counts the faults of %j as %i', (values, faults) => {
    expect(parameterFaults(playbook, values)).toHaveLength(faults);
  });

  it('does not take a name of every object for a value that was given', () => {
    const odd = content({
      parameters: [{ name: 'constructor', type: 'string' }],
      steps: [{ kind: 'run_command', argv: ['/bin/x', 'a{{constructor}}'] }],
    });
    expect(parameterFaults(odd, {})).toEqual(['"constructor" is required.']);
    expect(parameterFaults(odd, { constructor: 'v' })).toEqual([]);
  });
});

describe('playbookContent', () => {
  it.each<[string, Record<string, unknown>]>([
    [
      'a parameter twice',
      {
        parameters: [
          { name: 'a', type: 'string' },
          { name: 'a', type: 'integer' },
        ],
      },
    ],
    ['a default of another type', { parameters: [{ name: 'a', type: 'integer', default: 'x' }] }],
    ['no steps', { steps: [] }],
    ['51 steps', { steps: Array.from({ length: 51 }, () => ({ kind: 'reboot' })) }],
    ['a step of no known kind', { steps: [{ kind: 'shell', line: 'rm -rf /' }] }],
    ['a command line instead of argv', { steps: [{ kind: 'run_command', argv: 'rm -rf /' }] }],
    ['a field of another kind', { steps: [{ kind: 'reboot', argv: ['/bin/x'] }] }],
    ['a step longer than ten minutes', { steps: [{ kind: 'reboot', timeout_seconds: 601 }] }],
    ['pid 1', { steps: [{ kind: 'kill_process', pid: 1, start_time: 0 }] }],
    ['a kill without start time', { steps: [{ kind: 'kill_process', pid: 2 }] }],
    ['a slug that is a UUID', { slug: BUILT_IN_PLAYBOOKS[0]?.id }],
    [
      'more text than an envelope carries',
      { steps: [{ kind: 'run_command', argv: Array.from({ length: 60 }, () => 'x'.repeat(4000)) }] },
    ],
  ])('refuses %s', (_, change) => {
    expect(parse(change).success).toBe(false);
  });

  it('has one text however it was written, and that text is what is hashed', () => {
    const long = content({
      steps: [{ kind: 'run_command', argv: Array.from({ length: 45 }, () => 'x'.repeat(4000)) }],
    });
    expect(playbookText(long).length).toBeLessThan(MAX_PLAYBOOK_TEXT);
    const one = content({ description: 'line\nline', irreversible: true });
    const other = playbookContent.parse({
      steps: [{ kind: 'reboot' }],
      irreversible: true,
      name: 'P',
      description: 'line\nline',
      slug: 'p',
    });
    expect(playbookSha256(one)).toBe(playbookSha256(other));
    expect(playbookSha256(one)).toBe(createHash('sha256').update(playbookText(one), 'utf8').digest('hex'));
    expect(playbookContent.parse(JSON.parse(playbookText(one)))).toEqual(one);
  });

  it('knows the kinds of the design', () => {
    expect(STEP_KINDS).toHaveLength(13);
  });
});
