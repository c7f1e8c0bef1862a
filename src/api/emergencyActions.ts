/** Turns the actions that a caller names into actions pinned to one version of one playbook. */

import { z } from 'zod';
import { findApprovedPlaybook } from '../db/playbooks.ts';
import type { AnyTx } from '../db/scope.ts';
import { sha256Hex } from '../domain/bytes.ts';
import type { Json } from '../domain/canonicalJson.ts';
import { type EatAction, eatAction } from '../domain/eat.ts';
import { ACTION_KINDS, type ActionKind } from '../domain/eatLevels.ts';
import {
  type ParameterValues,
  parameterFaults,
  parameterValues,
  playbookContent,
  playbookStep,
  resolveSteps,
} from '../domain/playbook.ts';
import { RefusedError } from '../domain/refusal.ts';

const stepKinds = Object.keys(ACTION_KINDS).filter((kind) => kind !== 'run_playbook') as [
  Exclude<ActionKind, 'run_playbook'>,
];

/** An action as callers name it: a playbook by id or slug, or one step with its fields. */
export const namedAction = z.union([
  z.strictObject({
    kind: z.literal('run_playbook'),
    id: z.string().min(1).max(63).describe('UUID or slug'),
    parameters: parameterValues.default({}),
  }),
  z
    .looseObject({ kind: z.enum(stepKinds) })
    .describe('a single step, e.g. {"kind":"kill_process","pid":4711,"start_time":12345}'),
]);
export type NamedAction = z.infer<typeof namedAction>;

/** Pins every action, in the caller's scope. Throws a refusal that names the first one that does not hold. */
export async function pinActions(tx: AnyTx, named: readonly NamedAction[]): Promise<readonly EatAction[]> {
  const pinned: EatAction[] = [];
  for (const [index, action] of named.entries()) {
    pinned.push(
      'id' in action && action.kind === 'run_playbook'
        ? await pinPlaybook(tx, action.id, action.parameters)
        : pinStep(action, index),
    );
  }
  return pinned;
}

async function pinPlaybook(tx: AnyTx, idOrSlug: string, parameters: ParameterValues): Promise<EatAction> {
  const found = await findApprovedPlaybook(tx, idOrSlug);
  if (found === 'unknown') throw new RefusedError('playbook_unknown', `There is no playbook "${idOrSlug}".`);
  if (found === 'not_approved') throw new RefusedError('playbook_not_approved');
  const content = playbookContent.parse(JSON.parse(found.content));
  const faults = parameterFaults(content, parameters);
  if (faults.length > 0 || resolveSteps(content, parameters) === null) {
    throw new RefusedError('playbook_parameters_invalid', undefined, {
      errors: faults.length > 0 ? faults : ['A step does not hold with these values.'],
    });
  }
  const pinned = eatAction.safeParse({
    kind: 'run_playbook',
    playbook_id: found.playbook_id,
    slug: found.slug,
    version: found.version,
    sha256: found.sha256,
    irreversible: found.irreversible,
    parameters,
  });
  if (pinned.success) return pinned.data;
  throw new RefusedError('playbook_parameters_invalid', undefined, {
    errors: pinned.error.issues.map((issue) => issue.message),
  });
}

function pinStep(action: { readonly kind: Exclude<ActionKind, 'run_playbook'> }, index: number): EatAction {
  const step = playbookStep.safeParse(action);
  const pinned = step.success ? eatAction.safeParse({ kind: action.kind, step: step.data }) : null;
  if (pinned?.success && resolveSteps({ parameters: [], steps: [step.data as never] }, {}) !== null) return pinned.data;
  throw new RefusedError(
    'invalid_request',
    `The action ${index + 1} (${action.kind}) does not have the fields of its kind.`,
    {
      errors: (step.error?.issues ?? []).map((issue) => ({
        part: 'body',
        pointer: `/actions/${index}/${issue.path.map(String).join('/')}`,
        message: issue.message,
      })) as Json,
    },
  );
}

/** Whether any of them is irreversible. */
export function isIrreversible(actions: readonly EatAction[]): boolean {
  return actions.some((action) => action.kind === 'run_playbook' && action.irreversible);
}

/** Proof of a used code that does not say which: SHA-256 over person and step. */
export function totpStepSha256(userId: string, step: number | null): string {
  return sha256Hex(`monsys-totp-step-v1\n${userId}\n${step}`);
}
