/** Who and what the demonstration consists of: the MSP's people, twelve clients, their hosts and kernels. */

import type { Role } from '../../domain/permissions.ts';
import { createRandom } from './random.ts';

/** The provider. */
export const DEMO_MSP = { name: 'yourMSP', email_domain: 'yourmsp.com' } as const;

/** A person; `tenant` is the index of the client they belong to. */
export type DemoPerson = {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly tenant?: number;
};

/** The team, and a few people of the first clients. */
export const DEMO_PEOPLE: readonly DemoPerson[] = [
  { name: 'Alice Anders', email: 'alice@yourmsp.com', role: 'owner' },
  { name: 'Bob Brandt', email: 'bob@yourmsp.com', role: 'admin' },
  { name: 'Carol Castell', email: 'carol@yourmsp.com', role: 'admin' },
  { name: 'Dave Dupont', email: 'dave@yourmsp.com', role: 'admin' },
  { name: 'Erin Eriksen', email: 'erin@yourmsp.com', role: 'operator' },
  { name: 'Frank Ferrari', email: 'frank@yourmsp.com', role: 'analyst' },
  { name: 'Grace Green', email: 'grace@yourmsp.com', role: 'viewer' },
  { name: 'Olivia Ott', email: 'olivia@acme.example', role: 'client_viewer', tenant: 0 },
  { name: 'Gustav Grau', email: 'gustav@globex.example', role: 'client_viewer', tenant: 1 },
  { name: 'Audrey Audit', email: 'audrey@auditors.example', role: 'auditor', tenant: 0 },
];

/** An alert that is open as the demonstration begins. */
export type OpenAlert = { readonly severity: 'critical' | 'high' | 'medium' | 'low'; readonly minutesAgo: number };

/** A client and the state it is in. */
export type DemoTenant = {
  readonly slug: string;
  readonly name: string;
  readonly ageDays: number;
  readonly hosts: number;
  /** Share of hosts whose kernel lags behind, and how many are years behind. */
  readonly lagging: number;
  readonly neglected: number;
  readonly open: readonly OpenAlert[];
  readonly overdueEats: number;
  readonly offlineHosts: number;
  /** Hosts that were changed behind the MSP's back some hours ago: drift and findings, and a drop of the score. */
  readonly tamperedHosts: number;
  /** Share of the last month's emergency tokens that failed. */
  readonly failing: number;
  /** Closed months without a pack. */
  readonly missingPacks: number;
};

const HOUR = 60;
const calm = {
  neglected: 0,
  overdueEats: 0,
  offlineHosts: 0,
  tamperedHosts: 0,
  failing: 0.05,
  missingPacks: 0,
} as const;

/** The clients: three in trouble, some to look after, some calm; one new, one of two months. */
export const DEMO_TENANTS: readonly DemoTenant[] = [
  {
    ...calm,
    slug: 'acme',
    name: 'ACME',
    ageDays: 812,
    hosts: 14,
    lagging: 0.6,
    neglected: 2,
    open: [
      { severity: 'critical', minutesAgo: 6 * HOUR },
      { severity: 'critical', minutesAgo: 2 * HOUR },
      { severity: 'critical', minutesAgo: 25 },
      { severity: 'high', minutesAgo: 9 * HOUR },
      { severity: 'high', minutesAgo: 3 * HOUR },
      { severity: 'high', minutesAgo: 50 },
      { severity: 'medium', minutesAgo: 7 * HOUR },
    ],
    overdueEats: 2,
    offlineHosts: 1,
    failing: 0.25,
    missingPacks: 1,
  },
  {
    ...calm,
    slug: 'globex',
    name: 'Globex Logistics',
    ageDays: 640,
    hosts: 12,
    lagging: 0.4,
    open: [
      { severity: 'critical', minutesAgo: 8 * HOUR },
      { severity: 'critical', minutesAgo: 3 * HOUR },
      { severity: 'high', minutesAgo: 7 * HOUR },
      { severity: 'high', minutesAgo: 2 * HOUR },
      { severity: 'medium', minutesAgo: 5 * HOUR },
    ],
    tamperedHosts: 3,
  },
  {
    ...calm,
    slug: 'initech',
    name: 'Initech Software',
    ageDays: 590,
    hosts: 11,
    lagging: 0.7,
    neglected: 1,
    open: [
      { severity: 'critical', minutesAgo: 9 * HOUR },
      { severity: 'critical', minutesAgo: 80 },
      { severity: 'high', minutesAgo: 11 * HOUR },
      { severity: 'high', minutesAgo: 5 * HOUR },
      { severity: 'high', minutesAgo: 2 * HOUR },
    ],
    overdueEats: 1,
    offlineHosts: 1,
    failing: 0.2,
    missingPacks: 2,
  },
  {
    ...calm,
    slug: 'northwind',
    name: 'Northwind Traders',
    ageDays: 530,
    hosts: 12,
    lagging: 0.5,
    open: [
      { severity: 'critical', minutesAgo: 40 },
      { severity: 'high', minutesAgo: 6 * HOUR },
      { severity: 'high', minutesAgo: 90 },
      { severity: 'low', minutesAgo: 20 * HOUR },
    ],
    offlineHosts: 1,
    failing: 0.1,
  },
  {
    ...calm,
    slug: 'contoso',
    name: 'Contoso Health',
    ageDays: 480,
    hosts: 10,
    lagging: 0.3,
    open: [
      { severity: 'critical', minutesAgo: 15 },
      { severity: 'high', minutesAgo: 2 * HOUR },
    ],
  },
  {
    ...calm,
    slug: 'fabrikam',
    name: 'Fabrikam Steel',
    ageDays: 450,
    hosts: 10,
    lagging: 0.4,
    open: [
      { severity: 'high', minutesAgo: 7 * HOUR },
      { severity: 'high', minutesAgo: 3 * HOUR },
      { severity: 'medium', minutesAgo: 2 * HOUR },
    ],
    missingPacks: 1,
  },
  {
    ...calm,
    slug: 'tailspin',
    name: 'Tailspin Travel',
    ageDays: 420,
    hosts: 9,
    lagging: 0.2,
    open: [{ severity: 'high', minutesAgo: 70 }],
    overdueEats: 1,
  },
  {
    ...calm,
    slug: 'wingtip',
    name: 'Wingtip Toys',
    ageDays: 400,
    hosts: 9,
    lagging: 0.3,
    open: [{ severity: 'medium', minutesAgo: 6 * HOUR }],
  },
  {
    ...calm,
    slug: 'lakeside',
    name: 'Lakeside Clinic',
    ageDays: 390,
    hosts: 9,
    lagging: 0.1,
    open: [{ severity: 'high', minutesAgo: 35 }],
  },
  { ...calm, slug: 'harbour', name: 'Harbour Bank', ageDays: 380, hosts: 10, lagging: 0, open: [] },
  {
    ...calm,
    slug: 'alpine-dairy',
    name: 'Alpine Dairy',
    ageDays: 62,
    hosts: 8,
    lagging: 0.3,
    open: [{ severity: 'low', minutesAgo: 9 * HOUR }],
  },
  {
    ...calm,
    slug: 'brightside',
    name: 'Brightside Energy',
    ageDays: 14,
    hosts: 6,
    lagging: 0.5,
    open: [
      { severity: 'critical', minutesAgo: 20 },
      { severity: 'medium', minutesAgo: 4 * HOUR },
    ],
  },
];

/** Hosts that run for real beside the hub: their client's index, name and tags. */
export const REAL_HOSTS: readonly {
  readonly tenant: number;
  readonly hostname: string;
  readonly tags: readonly string[];
}[] = [
  { tenant: 0, hostname: 'acme-live-01', tags: ['production', 'eu-west-1', 'live'] },
  { tenant: 1, hostname: 'globex-live-01', tags: ['staging', 'eu-west-1', 'live'] },
  { tenant: 2, hostname: 'initech-live-01', tags: ['production', 'eu-central-1', 'live'] },
];

/** A kernel as `uname -r` shows it, with the upstream version behind it where the distribution tells. */
export type DemoKernel = { readonly release: string; readonly upstream: string | null };

/** A distribution with the kernels it has shipped, oldest first. */
export type Distribution = {
  readonly os_id: string;
  readonly os_name: string;
  readonly version: string;
  readonly kernels: readonly DemoKernel[];
};

type Shipped = readonly [release: string, upstream: string | null];

function distributionOf(os_id: string, os_name: string, version: string, kernels: readonly Shipped[]): Distribution {
  return { os_id, os_name, version, kernels: kernels.map(([release, upstream]) => ({ release, upstream })) };
}

const BULLSEYE = ['debian', 'Debian GNU/Linux 11 (bullseye)', '11'] as const;

const DISTRIBUTIONS: readonly Distribution[] = [
  distributionOf('debian', 'Debian GNU/Linux 12 (bookworm)', '12', [
    ['6.1.0-17-amd64', '6.1.69'],
    ['6.1.0-18-amd64', '6.1.76'],
    ['6.1.0-20-amd64', '6.1.82'],
    ['6.1.0-21-amd64', '6.1.90'],
  ]),
  distributionOf('ubuntu', 'Ubuntu 22.04.4 LTS', '22.04', [
    ['5.15.0-100-generic', '5.15.143'],
    ['5.15.0-105-generic', '5.15.148'],
    ['5.15.0-107-generic', '5.15.149'],
    ['5.15.0-116-generic', '5.15.152'],
  ]),
  distributionOf(...BULLSEYE, [
    ['5.10.0-27-amd64', '5.10.205'],
    ['5.10.0-28-amd64', '5.10.209'],
    ['5.10.0-29-amd64', '5.10.216'],
  ]),
  distributionOf('ubuntu', 'Ubuntu 20.04.6 LTS', '20.04', [
    ['5.4.0-173-generic', '5.4.265'],
    ['5.4.0-182-generic', '5.4.269'],
    ['5.4.0-192-generic', '5.4.275'],
  ]),
  distributionOf('alpine', 'Alpine Linux v3.19', '3.19.1', [
    ['6.6.14-0-lts', '6.6.14'],
    ['6.6.18-0-lts', '6.6.18'],
    ['6.6.25-0-lts', '6.6.25'],
  ]),
  // Its kernels carry backports and do not say which: no claims are made about them.
  distributionOf('rocky', 'Rocky Linux 9.3 (Blue Onyx)', '9.3', [
    ['5.14.0-362.18.1.el9_3.x86_64', null],
    ['5.14.0-362.24.1.el9_3.x86_64', null],
  ]),
];

/** Hosts that nobody has rebooted for years. */
const NEGLECTED: readonly Distribution[] = [
  distributionOf(...BULLSEYE, [['5.10.0-9-amd64', '5.10.70']]),
  distributionOf('ubuntu', 'Ubuntu 22.04 LTS', '22.04', [['5.15.0-25-generic', '5.15.30']]),
];

/** One host of the demonstration. */
export type DemoHost = {
  readonly tenant: number;
  readonly hostname: string;
  readonly tags: readonly string[];
  readonly distribution: Distribution;
  /** Kernels it has run, oldest first; the last is the one it runs. */
  readonly kernels: readonly DemoKernel[];
  readonly isOffline: boolean;
  readonly isTampered: boolean;
};

const ROLES = ['web', 'web', 'app', 'db-prod', 'cache', 'mail', 'ci', 'backup', 'edge', 'log'] as const;
const REGIONS = ['eu-west-1', 'eu-west-1', 'eu-central-1', 'us-east-1'] as const;

/** Every host in a fixed order. */
export function demoHosts(): readonly DemoHost[] {
  const random = createRandom(20_260_401);
  return DEMO_TENANTS.flatMap((tenant, index) => {
    const count = new Map<string, number>();
    return Array.from({ length: tenant.hosts }, (_, position) => {
      const role = ROLES[position % ROLES.length] as string;
      const number = (count.get(role) ?? 0) + 1;
      count.set(role, number);
      const isNeglected = position >= tenant.hosts - tenant.neglected;
      const distribution = isNeglected
        ? (NEGLECTED[(tenant.hosts - 1 - position) % NEGLECTED.length] as Distribution)
        : random.pick(DISTRIBUTIONS);
      const newest = distribution.kernels.length - 1;
      const runs = random.chance(tenant.lagging) ? random.int(0, newest - 1 < 0 ? 0 : newest - 1) : newest;
      const began = random.int(0, runs);
      return {
        tenant: index,
        hostname: `${role}-${String(number).padStart(2, '0')}`,
        tags: [
          role === 'ci' || random.chance(0.2) ? 'staging' : 'production',
          random.pick(REGIONS),
          role.split('-')[0] as string,
          ...(distribution.os_id === 'rocky' ? ['rhel-family'] : []),
        ],
        distribution,
        kernels: distribution.kernels.slice(began, runs + 1),
        isOffline: position >= 5 && position < 5 + tenant.offlineHosts,
        isTampered: position < tenant.tamperedHosts,
      };
    });
  });
}
