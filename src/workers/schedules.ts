/** Makes Temporal's schedules what src/workflows/messages.ts says; safe to run from several workers at once. */

import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { SCHEDULES, type ScheduledWorkflow, TASK_QUEUES } from '../workflows/messages.ts';

function options({ id, workflow, every, catchUpSeconds, note }: ScheduledWorkflow): ScheduleOptions {
  return {
    scheduleId: id,
    spec: 'seconds' in every ? { intervals: [{ every: `${every.seconds}s` }] } : { cronExpressions: [every.cron] },
    action: {
      type: 'startWorkflow',
      workflowType: workflow,
      workflowId: id,
      taskQueue: TASK_QUEUES.core,
      args: [],
      staticSummary: note,
    },
    // A pass that is still running does the work of the one that would start.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: `${catchUpSeconds}s` },
    state: { note },
  };
}

/** Creates or updates every schedule. A schedule that an operator has paused stays paused. */
export async function ensureSchedules(client: Client): Promise<void> {
  for (const schedule of SCHEDULES) {
    const wanted = options(schedule);
    try {
      await client.schedule.create(wanted);
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await client.schedule.getHandle(schedule.id).update((previous) => ({
        spec: wanted.spec,
        action: wanted.action,
        policies: wanted.policies ?? {},
        state: { ...previous.state, note: schedule.note },
      }));
    }
  }
}
