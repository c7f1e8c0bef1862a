/** Every route of the hub. One resource a file; order is the order in the documents. */

import type { AnyRoute } from '../route.ts';
import { agentLinkRoutes } from './agentLink.ts';
import { agentRoutes } from './agents.ts';
import { alertRuleRoutes } from './alertRules.ts';
import { alertRoutes } from './alerts.ts';
import { auditLogRoutes } from './auditLog.ts';
import { auditorLinkRoutes } from './auditorLinks.ts';
import { auditPackRoutes } from './auditPacks.ts';
import { authRoutes } from './auth.ts';
import { authenticatorRoutes } from './authenticator.ts';
import { billingRoutes } from './billing.ts';
import { brandingRoutes } from './branding.ts';
import { cockpitRoutes } from './cockpit.ts';
import { credentialRoutes } from './credentials.ts';
import { creditNoteRoutes } from './creditNotes.ts';
import { eatResultRoutes } from './eatResults.ts';
import { emergencyRoutes } from './emergency.ts';
import { enrolmentRoutes } from './enrolment.ts';
import { escalationPolicyRoutes } from './escalationPolicies.ts';
import { groupRoutes } from './groups.ts';
import { impersonationRoutes } from './impersonation.ts';
import { ingestRoutes } from './ingest.ts';
import { invoiceRoutes } from './invoices.ts';
import { invoicingRoutes } from './invoicing.ts';
import { maintenanceRoutes } from './maintenanceWindows.ts';
import { onCallRoutes } from './onCall.ts';
import { onCallOverrideRoutes } from './onCallOverrides.ts';
import { onCallShiftRoutes } from './onCallShifts.ts';
import { playbookRoutes } from './playbooks.ts';
import { preIssuedEatRoutes } from './preIssuedEats.ts';
import { pushRoutes } from './push.ts';
import { quorumRoutes } from './quorum.ts';
import { reportRoutes } from './reports.ts';
import { slaPolicyRoutes } from './slaPolicies.ts';
import { teamRoutes } from './team.ts';
import { tenantRoutes } from './tenants.ts';
import { transparencyRoutes } from './transparency.ts';
import { trustScoreRoutes } from './trustScore.ts';
import { vulnerabilityRoutes } from './vulnerabilities.ts';
import { webhookDeliveryRoutes } from './webhookDeliveries.ts';
import { webhookRoutes } from './webhooks.ts';

export const ROUTES: readonly AnyRoute[] = [
  ...authRoutes,
  ...authenticatorRoutes,
  ...credentialRoutes,
  ...impersonationRoutes,
  ...teamRoutes,
  ...auditorLinkRoutes,
  ...cockpitRoutes,
  ...tenantRoutes,
  ...brandingRoutes,
  ...agentRoutes,
  ...agentLinkRoutes,
  ...enrolmentRoutes,
  ...ingestRoutes,
  ...alertRoutes,
  ...alertRuleRoutes,
  ...slaPolicyRoutes,
  ...maintenanceRoutes,
  ...groupRoutes,
  ...onCallRoutes,
  ...onCallShiftRoutes,
  ...onCallOverrideRoutes,
  ...escalationPolicyRoutes,
  ...vulnerabilityRoutes,
  ...trustScoreRoutes,
  ...auditLogRoutes,
  ...playbookRoutes,
  ...quorumRoutes,
  ...emergencyRoutes,
  ...eatResultRoutes,
  ...preIssuedEatRoutes,
  ...auditPackRoutes,
  ...reportRoutes,
  ...billingRoutes,
  ...invoicingRoutes,
  ...invoiceRoutes,
  ...creditNoteRoutes,
  ...webhookDeliveryRoutes,
  ...webhookRoutes,
  ...transparencyRoutes,
  ...pushRoutes,
];
