/** Entry of the workflow bundle: every workflow type of the hub. */

export { agentLiveness } from './agentLiveness.ts';
export { alertEscalation } from './alertEscalation.ts';
export { alertRules } from './alertRules.ts';
export { auditPackBuild } from './auditPackBuild.ts';
export { automaticResponse } from './automaticResponse.ts';
export { billingClose } from './billingClose.ts';
export { creditNote } from './creditNote.ts';
export { domainLost } from './domainLost.ts';
export { domainRecords } from './domainRecords.ts';
export { eatDelivery } from './eatDelivery.ts';
export { emergencyQuorum } from './emergencyQuorum.ts';
export { emergencySweep } from './emergencySweep.ts';
export { escalationSweep } from './escalationSweep.ts';
export { feedSync } from './feedSync.ts';
export { groupMembership } from './groupMembership.ts';
export { handoverReport } from './handoverReport.ts';
export { housekeeping } from './housekeeping.ts';
export { impersonationSession } from './impersonationSession.ts';
export { monthlyAuditPacks } from './monthlyAuditPacks.ts';
export { preIssuedEatWindow } from './preIssuedEatWindow.ts';
export { reportBuild } from './reportBuild.ts';
export { transparencyCheckpoint } from './transparencyCheckpoint.ts';
export { trustScores } from './trustScores.ts';
export { webhookDelivery } from './webhookDelivery.ts';
export { webhookFailing } from './webhookFailing.ts';
export { webhookSweep } from './webhookSweep.ts';
