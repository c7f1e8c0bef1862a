/** Entry of the workflow bundle: every workflow type of the hub. */

export { agentLiveness } from './agentLiveness.ts';
export { alertRules } from './alertRules.ts';
export { eatDelivery } from './eatDelivery.ts';
export { emergencyQuorum } from './emergencyQuorum.ts';
export { emergencySweep } from './emergencySweep.ts';
export { feedSync } from './feedSync.ts';
export { housekeeping } from './housekeeping.ts';
export { impersonationSession } from './impersonationSession.ts';
export { preIssuedEatWindow } from './preIssuedEatWindow.ts';
export { transparencyCheckpoint } from './transparencyCheckpoint.ts';
export { trustScores } from './trustScores.ts';
