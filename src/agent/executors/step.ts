/** What every executor is given and gives back. */

import type { StepResult } from '../../domain/eat.ts';
import type { PlaybookStep, StepKind } from '../../domain/playbook.ts';
import type { Policy } from '../policy.ts';
import type { Isolation } from './isolation.ts';
import type { ProgramRun } from './program.ts';

/** Time of a step that names none. */
export const DEFAULT_STEP_SECONDS = 60;

/** What an executor works with. */
export type StepContext = {
  readonly policy: Policy;
  readonly stateDir: string;
  /** Files and folders of the agent itself, which no step may touch. */
  readonly ownPaths: readonly string[];
  readonly isolation: Isolation;
  /** The time by which the agent judges, in milliseconds. */
  readonly nowMs: () => number;
  /** Aborts when the agent stops. */
  readonly signal: AbortSignal;
};

/** How a step ended. `detail` holds facts of the kind, small enough for a result. */
export type StepOutcome = {
  readonly isOk: boolean;
  readonly exitCode: number | null;
  readonly output: string;
  readonly isTruncated: boolean;
  readonly detail: StepResult['detail'];
};

/** A step of one kind. */
export type StepOf<K extends StepKind> = Extract<PlaybookStep, { kind: K }>;
/** Does a step of one kind; a thrown Error is a failed step. */
export type Executor<K extends StepKind> = (step: StepOf<K>, context: StepContext) => Promise<StepOutcome>;

/** A step without a program. */
export function facts(isOk: boolean, detail: StepOutcome['detail']): StepOutcome {
  return { isOk, exitCode: null, output: '', isTruncated: false, detail };
}

/** A number that a resolved step holds; placeholders are gone by then (src/domain/playbook.ts, resolveSteps). */
export function resolvedNumber(value: number | string): number {
  if (typeof value !== 'number') throw new Error(`${value} was not filled in`);
  return value;
}

/** A step that was one program. */
export function programOutcome(run: ProgramRun, isOk: boolean, detail: StepOutcome['detail'] = {}): StepOutcome {
  return {
    isOk: isOk && run.end === 'exited',
    exitCode: run.exitCode,
    output: run.output,
    isTruncated: run.isTruncated,
    detail: {
      output_sha256: run.outputSha256,
      output_bytes: run.outputBytes,
      ...(run.end === 'exited' ? {} : { end: run.end }),
      ...(run.error === null ? {} : { error: run.error.slice(0, 300) }),
      ...detail,
    },
  };
}
