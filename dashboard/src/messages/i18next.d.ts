/** Tells the compiler every key of the catalogue; one line an area. */

import 'i18next';
import type alerts from './en/alerts.ts';
import type auditLog from './en/auditLog.ts';
import type auditor from './en/auditor.ts';
import type billing from './en/billing.ts';
import type cockpit from './en/cockpit.ts';
import type common from './en/common.ts';
import type cves from './en/cves.ts';
import type emergency from './en/emergency.ts';
import type groups from './en/groups.ts';
import type hosts from './en/hosts.ts';
import type notifications from './en/notifications.ts';
import type onCall from './en/onCall.ts';
import type overview from './en/overview.ts';
import type packs from './en/packs.ts';
import type playbooks from './en/playbooks.ts';
import type portal from './en/portal.ts';
import type reports from './en/reports.ts';
import type settings from './en/settings.ts';
import type shell from './en/shell.ts';
import type transparency from './en/transparency.ts';
import type verify from './en/verify.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      common: typeof common;
      cockpit: typeof cockpit;
      alerts: typeof alerts;
      cves: typeof cves;
      auditLog: typeof auditLog;
      groups: typeof groups;
      emergency: typeof emergency;
      notifications: typeof notifications;
      playbooks: typeof playbooks;
      settings: typeof settings;
      onCall: typeof onCall;
      packs: typeof packs;
      verify: typeof verify;
      hosts: typeof hosts;
      overview: typeof overview;
      billing: typeof billing;
      transparency: typeof transparency;
      reports: typeof reports;
      portal: typeof portal;
      auditor: typeof auditor;
      shell: typeof shell;
    };
  }
}
