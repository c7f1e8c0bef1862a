/** Update handlers that cannot wedge a workflow. */

import type { UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';

/**
 * Handles an Update. The validator must be synchronous: the SDK's types allow an async one, but a rejection there
 * fails the workflow task again and again and the caller gets no answer (LESSONS, Temporal). It refuses by
 * throwing an ApplicationFailure.
 */
export function onUpdate<Result, Args extends unknown[]>(
  definition: UpdateDefinition<Result, Args>,
  handler: (...args: Args) => Promise<Result> | Result,
  validator: (...args: Args) => undefined,
): void {
  setHandler(definition, handler, { validator });
}
