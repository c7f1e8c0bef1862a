/** The sidebar as data: the same list feeds the command palette. */

import type { LinkProps } from '@tanstack/react-router';
import {
  Activity,
  BellRing,
  Boxes,
  Bug,
  CalendarClock,
  FileCheck2,
  FileText,
  Gauge,
  Landmark,
  type LucideIcon,
  ReceiptText,
  ScrollText,
  Server,
  Settings,
  ShieldCheck,
  Siren,
  Workflow,
} from 'lucide-react';
import type { Me, Permission } from '../session.ts';

/** A page of the sidebar. */
export type NavigationItem = {
  readonly key:
    | 'cockpit'
    | 'overview'
    | 'hosts'
    | 'alerts'
    | 'cves'
    | 'emergency'
    | 'playbooks'
    | 'groups'
    | 'onCall'
    | 'auditPacks'
    | 'reports'
    | 'auditLog'
    | 'transparency'
    | 'verify'
    | 'billing'
    | 'settings';
  readonly to: NonNullable<LinkProps['to']>;
  readonly icon: LucideIcon;
  readonly permission?: Permission;
  /** For people of the MSP outside a client's context. */
  readonly mspOnly?: true;
};

/** Groups of pages, in the order of a working day. */
export const NAVIGATION: readonly {
  readonly group: 'operate' | 'respond' | 'evidence' | 'manage';
  readonly items: readonly NavigationItem[];
}[] = [
  {
    group: 'operate',
    items: [
      { key: 'cockpit', to: '/msp/cockpit', icon: Gauge, permission: 'cockpit.read', mspOnly: true },
      { key: 'overview', to: '/overview', icon: Activity, permission: 'trust_score.read' },
      { key: 'hosts', to: '/hosts', icon: Server, permission: 'agents.read' },
      { key: 'alerts', to: '/alerts', icon: BellRing, permission: 'alerts.read' },
      { key: 'cves', to: '/cves', icon: Bug, permission: 'vulnerabilities.read' },
    ],
  },
  {
    group: 'respond',
    items: [
      { key: 'emergency', to: '/emergency', icon: Siren, permission: 'emergency.read' },
      { key: 'playbooks', to: '/playbooks', icon: Workflow, permission: 'playbooks.read' },
      { key: 'groups', to: '/groups', icon: Boxes, permission: 'groups.read' },
      { key: 'onCall', to: '/on-call', icon: CalendarClock, permission: 'on_call.read' },
    ],
  },
  {
    group: 'evidence',
    items: [
      { key: 'auditPacks', to: '/audit-packs', icon: FileCheck2, permission: 'packs.read' },
      { key: 'reports', to: '/reports', icon: FileText, permission: 'packs.read' },
      { key: 'auditLog', to: '/audit-log', icon: ScrollText, permission: 'audit_log.read' },
      { key: 'transparency', to: '/transparency', icon: Landmark },
      { key: 'verify', to: '/verify', icon: ShieldCheck },
    ],
  },
  {
    group: 'manage',
    items: [
      { key: 'billing', to: '/billing', icon: ReceiptText, permission: 'billing.read', mspOnly: true },
      { key: 'settings', to: '/settings', icon: Settings },
    ],
  },
];

/** Whether a page is shown to a person: screens hide what the hub would refuse. */
export function isShown(item: NavigationItem, me: Me): boolean {
  if (item.mspOnly && me.tenant_id !== null) return false;
  return item.permission === undefined || me.permissions.includes(item.permission);
}
