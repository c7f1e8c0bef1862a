/**
 * Playbooks: versioned lists of steps that an agent may run (format: docs/formats/playbook.md).
 *
 * A version never changes; its canonical JSON text is pinned in a token by SHA-256. Steps are of a few known
 * kinds and run without a shell: parameters are put into argv elements and fields, never into command lines.
 */

import { z } from 'zod';
import { sha256Hex } from './bytes.ts';
import { canonicalJson, type Json } from './canonicalJson.ts';

/** Longest a single step may run. */
const MAX_STEP_SECONDS = 600;
/** Most steps of one playbook. */
export const MAX_STEPS = 50;
/** Longest canonical text of a version, in UTF-16 units: what an envelope carries of each playbook. */
export const MAX_PLAYBOOK_TEXT = 200_000;
/** Dead-man time of a network isolation: it undoes itself after this long unless confirmed. */
export const DEFAULT_ISOLATION_SECONDS = 3600;

const parameterName = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/);
/** `{{name}}` anywhere in a text field is replaced by the parameter's value. */
const PLACEHOLDER = /\{\{([a-z][a-z0-9_]{0,31})\}\}/g;
/** A field that is one placeholder and nothing else. */
const WHOLE_PLACEHOLDER = /^\{\{([a-z][a-z0-9_]{0,31})\}\}$/;
/** Nothing that is invisible: what a person approves must look like what runs. */
const text = (max: number) => z.string().min(1).max(max).refine(isPrintable, 'no control or invisible characters');

/**
 * Control characters, format characters (those that turn the direction of a line or have no width, CVE-2021-42574),
 * lone surrogates, line and paragraph separators.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function isPrintable(value: string): boolean {
  return !INVISIBLE.test(value);
}

/** A number, or `{{name}}` of an integer parameter. */
const integer = (min: number, max: number) => z.union([z.int().min(min).max(max), z.string().regex(WHOLE_PLACEHOLDER)]);

const expectation = z.strictObject({
  exit_code: z.int().min(0).max(255).optional(),
  stdout_contains: text(500).optional(),
});

const seconds = z.int().min(1).max(MAX_STEP_SECONDS);
const common = { name: text(120).optional(), timeout_seconds: seconds.optional() };

/** One step. Fields are what the executor of the kind needs; all paths are absolute. */
export const playbookStep = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('run_command'),
    ...common,
    argv: z.array(text(4096)).min(1).max(64),
    expect: expectation.optional(),
  }),
  z.strictObject({ kind: z.literal('stop_service'), ...common, service: text(256) }),
  z.strictObject({ kind: z.literal('restart_service'), ...common, service: text(256) }),
  z.strictObject({
    kind: z.literal('kill_process'),
    ...common,
    pid: integer(2, 4_194_304),
    start_time: integer(0, Number.MAX_SAFE_INTEGER).describe('field 22 of /proc/<pid>/stat, in clock ticks'),
  }),
  z.strictObject({ kind: z.literal('quarantine_file'), ...common, path: text(4096) }),
  z.strictObject({ kind: z.literal('restore_file'), ...common, path: text(4096) }),
  z.strictObject({
    kind: z.literal('isolate_network'),
    ...common,
    dead_man_seconds: integer(10, 72 * 3600).optional(),
  }),
  z.strictObject({ kind: z.literal('restore_network'), ...common }),
  z.strictObject({ kind: z.literal('memory_dump'), ...common, pid: integer(2, 4_194_304) }),
  z.strictObject({
    kind: z.literal('install_package'),
    ...common,
    package: z.string().regex(/^(?:[a-z0-9][a-z0-9+._:-]{0,199}|\{\{[a-z][a-z0-9_]{0,31}\}\})$/),
    version: text(200).optional(),
  }),
  z.strictObject({ kind: z.literal('reboot'), ...common }),
  z.strictObject({ kind: z.literal('wait'), name: text(120).optional(), seconds: integer(1, MAX_STEP_SECONDS) }),
  z.strictObject({
    kind: z.literal('check'),
    ...common,
    argv: z.array(text(4096)).min(1).max(64),
    expect: expectation,
  }),
]);
export type PlaybookStep = z.infer<typeof playbookStep>;
export type StepKind = PlaybookStep['kind'];

/** Every kind of step, for policies and documents. */
export const STEP_KINDS = playbookStep.options.map((option) => option.shape.kind.value) as readonly StepKind[];

/** A parameter that whoever runs the playbook fills in. */
export const playbookParameter = z.strictObject({
  name: parameterName,
  type: z.enum(['string', 'integer', 'boolean', 'path', 'service', 'package']),
  required: z.boolean().default(true),
  default: z.union([text(4096), z.int(), z.boolean()]).optional(),
  description: text(300).optional(),
});
type PlaybookParameter = z.infer<typeof playbookParameter>;

/** What a person writes, and what one version holds for ever. */
export const playbookContent = z
  .strictObject({
    slug: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
      // Playbooks are addressed by UUID or slug: one text must not be both.
      .refine((slug) => !z.guid().safeParse(slug).success, 'looks like a UUID'),
    name: text(120),
    description: z
      .string()
      .max(2000)
      .refine((lines) => lines.split('\n').every(isPrintable), 'no control or invisible characters')
      .default(''),
    irreversible: z.boolean().default(false).describe('fires only through quorum, and is never pre-issued'),
    parameters: z.array(playbookParameter).max(20).default([]),
    steps: z.array(playbookStep).min(1).max(MAX_STEPS),
  })
  .check((ctx) => {
    const { parameters, steps } = ctx.value;
    const names = new Set(parameters.map((parameter) => parameter.name));
    if (names.size !== parameters.length)
      ctx.issues.push({ code: 'custom', input: parameters, path: ['parameters'], message: 'a name appears twice' });
    for (const [index, parameter] of parameters.entries()) {
      if (parameter.default !== undefined && !fitsType(parameter.type, parameter.default)) {
        const message = `the default is not a valid ${parameter.type}`;
        ctx.issues.push({ code: 'custom', input: parameter, path: ['parameters', index, 'default'], message });
      }
    }
    for (const [index, step] of steps.entries()) {
      const fault = (message: string) =>
        ctx.issues.push({ code: 'custom', input: step, path: ['steps', index], message });
      const used = placeholdersIn(step as unknown as Json);
      for (const name of used) if (!names.has(name)) fault(`{{${name}}} is not a parameter of this playbook`);
      const message = used.length === 0 ? resolvedStepFault(step) : null;
      if (message !== null) fault(message);
    }
    if (canonicalLength(ctx.value as unknown as Json) > MAX_PLAYBOOK_TEXT) {
      const message = `longer than ${MAX_PLAYBOOK_TEXT} characters`;
      ctx.issues.push({ code: 'custom', input: ctx.value, path: [], message });
    }
  });
export type PlaybookContent = z.infer<typeof playbookContent>;

/** The canonical text of a version; what the token pins is its SHA-256. */
export function playbookText(content: PlaybookContent): string {
  return canonicalJson(content as unknown as Json);
}

/** SHA-256 of the canonical text, in hex. */
export function playbookSha256(content: PlaybookContent): string {
  return sha256Hex(playbookText(content));
}

/** Length of the canonical text; text that has none (a lone surrogate) is refused elsewhere by its field. */
function canonicalLength(value: Json): number {
  return JSON.stringify(value).length;
}

/**
 * What the shape of a step cannot say while placeholders are in it: why a step without them must not run. A service
 * that begins with a dash would be an option of systemctl; a placeholder that came in by a value is still one.
 */
function resolvedStepFault(step: PlaybookStep): string | null {
  for (const [field, value] of Object.entries(step)) {
    const isNumeric = field === 'pid' || field === 'start_time' || field === 'dead_man_seconds' || field === 'seconds';
    if (isNumeric && typeof value !== 'number') return `${field} is not a number`;
  }
  if ('service' in step && !fitsType('service', step.service)) return 'service is not the name of a unit';
  if ('path' in step && !fitsType('path', step.path)) return 'path is not an absolute path without ".."';
  if ('package' in step && !fitsType('package', step.package)) return 'package is not the name of a package';
  return null;
}

function placeholdersIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [...value.matchAll(PLACEHOLDER)].map((match) => match[1] as string);
  if (Array.isArray(value)) return value.flatMap((item) => placeholdersIn(item as Json));
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap((item) => placeholdersIn(item));
  return [];
}

/** Values of a run by parameter name. */
export const parameterValues = z.record(parameterName, z.union([z.string().max(4096), z.int(), z.boolean()]));
export type ParameterValues = z.infer<typeof parameterValues>;

/** Why values do not fit, by parameter; empty when they do. Pure shape checks: the host judges what exists there. */
export function parameterFaults(content: PlaybookContent, values: ParameterValues): readonly string[] {
  const known = new Map(content.parameters.map((parameter) => [parameter.name, parameter]));
  const unknown = Object.keys(values).filter((name) => !known.has(name));
  return [
    ...unknown.map((name) => `"${name}" is not a parameter of ${content.slug}.`),
    ...content.parameters.flatMap((parameter) => {
      const value = valueOf(parameter, values);
      if (value === undefined) return parameter.required ? [`"${parameter.name}" is required.`] : [];
      return fitsType(parameter.type, value) ? [] : [`"${parameter.name}" is not a valid ${parameter.type}.`];
    }),
  ];
}

/** The value given, or the default. `hasOwn`: "constructor" is a name like any other. */
function valueOf(parameter: PlaybookParameter, values: ParameterValues): string | number | boolean | undefined {
  return Object.hasOwn(values, parameter.name) ? values[parameter.name] : parameter.default;
}

function fitsType(type: PlaybookParameter['type'], value: string | number | boolean): boolean {
  if (type === 'integer') return typeof value === 'number' && Number.isSafeInteger(value);
  if (type === 'boolean') return typeof value === 'boolean';
  if (typeof value !== 'string' || !isPrintable(value)) return false;
  if (type === 'path') return value.startsWith('/') && !value.split('/').includes('..');
  if (type === 'service') return /^[A-Za-z0-9][A-Za-z0-9@._:-]{0,255}$/.test(value);
  if (type === 'package') return /^[a-z0-9][a-z0-9+._:-]{0,199}$/.test(value);
  return true;
}

/**
 * Steps with the parameters put in. `{{name}}` alone becomes the typed value; inside a text it becomes its text.
 * A value is never looked at again for placeholders. Null when a step does not hold afterwards.
 */
export function resolveSteps(
  content: Pick<PlaybookContent, 'parameters' | 'steps'>,
  values: ParameterValues,
): readonly PlaybookStep[] | null {
  const all = new Map<string, string | number | boolean>();
  for (const parameter of content.parameters) {
    const value = valueOf(parameter, values);
    if (value !== undefined) all.set(parameter.name, value);
  }
  const steps = z.array(playbookStep).safeParse(content.steps.map((step) => substitute(step as unknown as Json, all)));
  return steps.success && steps.data.every((step) => resolvedStepFault(step) === null) ? steps.data : null;
}

function substitute(value: Json, values: ReadonlyMap<string, string | number | boolean>): Json {
  if (typeof value === 'string') {
    const whole = WHOLE_PLACEHOLDER.exec(value);
    const typed = whole ? values.get(whole[1] as string) : undefined;
    if (typed !== undefined) return typed;
    return value.replaceAll(PLACEHOLDER, (_, name: string) => String(values.get(name) ?? ''));
  }
  if (Array.isArray(value)) {
    // Elements of an argv are texts, whatever the parameter's type.
    return value.map((item) => {
      const replaced = substitute(item as Json, values);
      return typeof replaced === 'number' || typeof replaced === 'boolean' ? String(replaced) : replaced;
    });
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, values)]));
  }
  return value;
}
