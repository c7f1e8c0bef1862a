/** Names by which other rooms start workflows and speak to them; the only file of this room that they may load. */

/** Task queues: `signing` is polled only by the process that holds the hub's private key. */
export const TASK_QUEUES = { core: 'core', signing: 'signing' } as const;

/** Search attributes, all keywords; registered at start-up. */
export const SEARCH_ATTRIBUTES = ['MspId', 'TenantId', 'AgentId', 'EatNonce', 'Outcome'] as const;

/** A workflow that runs by the clock. */
export type ScheduledWorkflow = {
  /** Id of the schedule. */
  readonly id: string;
  readonly workflow: string;
  /** Interval in seconds, or a cron line in UTC. */
  readonly every: { readonly seconds: number } | { readonly cron: string };
  /** How late a missed run may still start, in seconds. */
  readonly catchUpSeconds: number;
  readonly note: string;
};

/** Schedule that may also be triggered right after something was signed. */
export const TRANSPARENCY_SCHEDULE_ID = 'transparency-checkpoint';

/** Every schedule of the hub. */
export const SCHEDULES: readonly ScheduledWorkflow[] = [
  {
    id: 'agent-liveness',
    workflow: 'agentLiveness',
    every: { seconds: 60 },
    catchUpSeconds: 30,
    note: 'Marks hosts that are silent for 90 s and raises or clears their alerts.',
  },
  {
    id: 'alert-rules',
    workflow: 'alertRules',
    every: { seconds: 60 },
    catchUpSeconds: 30,
    note: 'Evaluates every alert rule on every host that it watches.',
  },
  {
    id: 'trust-scores',
    workflow: 'trustScores',
    every: { seconds: 1800 },
    catchUpSeconds: 1700,
    note: 'Takes a Trust Score snapshot of every tenant.',
  },
  {
    id: 'feed-sync',
    workflow: 'feedSync',
    every: { cron: '17 3 * * *' },
    catchUpSeconds: 86_000,
    note: 'Refreshes the KEV catalogue and the kernel fixes, then matches all hosts again.',
  },
  {
    id: 'housekeeping',
    workflow: 'housekeeping',
    every: { cron: '47 3 * * *' },
    catchUpSeconds: 86_000,
    note: 'Forgets nonces, counters and old samples.',
  },
  {
    id: TRANSPARENCY_SCHEDULE_ID,
    workflow: 'transparencyCheckpoint',
    every: { seconds: 60 },
    catchUpSeconds: 30,
    note: 'Takes waiting leaves into the transparency log and signs its new checkpoint.',
  },
];
