/** Entry of the workflow bundle: every workflow type of the hub. */

export { agentLiveness } from './agentLiveness.ts';
export { alertRules } from './alertRules.ts';
export { feedSync } from './feedSync.ts';
export { housekeeping } from './housekeeping.ts';
export { transparencyCheckpoint } from './transparencyCheckpoint.ts';
export { trustScores } from './trustScores.ts';
