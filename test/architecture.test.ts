/** Guards the rooms (docs/decisions/0001-rooms.md). Each failure ends with a sentence that says where the code should go. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { parse } from 'es-module-lexer';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROUTES } from '../src/api/routes/index.ts';
import { sql } from '../src/db/pool.ts';
import { PERMISSIONS } from '../src/domain/permissions.ts';
import { createTestDatabase } from './support/postgres.ts';

const ROOT = resolve(import.meta.dirname, '..');

function filesUnder(folder: string, ending: string): string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
}

/** Value imports of a file; type imports vanish with the types, as they do at run time. */
function importsOf(file: string): string[] {
  const code = stripTypeScriptTypes(readFileSync(join(ROOT, file), 'utf8'));
  return parse(code)[0].flatMap((entry) =>
    'specifier' in entry && typeof entry.specifier === 'string' ? [entry.specifier] : [],
  );
}

const sources = filesUnder('src', '.ts').map((file) => ({
  file,
  room: file.split('/')[1] as string,
  imports: importsOf(file),
}));

/** Room -> rooms it may import at run time. `platform` starts processes by path, not by import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  db: ['domain'],
  workflows: ['domain'],
  activities: ['db', 'domain'],
  workers: ['activities', 'db', 'domain', 'platform', 'workflows'],
  api: ['db', 'domain', 'platform', 'workflows'],
  agent: ['domain'],
  verify: ['domain'],
  platform: [],
};

/** Beside noble. `temporal-polyfill` is pure arithmetic over wall times and zones, which the language lacks until Temporal is in it. */
const DOMAIN_MAY_LOAD: ReadonlySet<string> = new Set(['zod', 'temporal-polyfill']);

/** Files that open the scope over every tenant, and why no tenant's own would do. */
const SYSTEM_SCOPE: Readonly<Record<string, string>> = {
  'src/activities/alertRules.ts': 'one pass observes the rules of many tenants by one statement',
  'src/activities/billing.ts': 'counts hosts, closes months and finds invoices due over all tenants',
  'src/activities/domainRecords.ts': 'one pass looks at the proven domains of all tenants',
  'src/activities/emergency.ts': 'the sweep finds orders and requests of any tenant that nobody has started',
  'src/activities/escalations.ts':
    'the sweep over all tenants; an escalation also reads schedules and people of the MSP',
  'src/activities/feeds.ts': 'feeds are the hub’s; a new one is matched with every host',
  'src/activities/groups.ts': 'one pass finds the groups of any tenant whose members have changed',
  'src/activities/housekeeping.ts': 'forgets what is old, whosever it is',
  'src/activities/hubKeys.ts': 'keys are the hub’s; a new one is told to every host',
  'src/activities/liveness.ts': 'one pass marks silent hosts of all tenants',
  'src/activities/notifications.ts': 'tells people of the MSP and their browsers, which are no tenant’s',
  'src/activities/packs.ts': 'the month finds the tenants that have no pack yet',
  'src/activities/transparency.ts': 'the log is the hub’s',
  'src/activities/trustScores.ts': 'one pass scores many tenants by one statement',
  'src/activities/webhooks.ts': 'deliveries are found by their id or their time, of tenants and of MSPs alike',
  'src/db/demo.ts': 'the demo’s seed writes its rows of every tenant at once, as the owner',
  'src/db/playbooks.ts': 'built-in playbooks are every MSP’s; a worker loads them at its start',
};

/** Rules that run in the browser as well. */
const DASHBOARD_MAY_IMPORT = /^src\/domain\//;

describe('the rooms', () => {
  it('are read as they are (a control: the API’s root does import the pool)', () => {
    expect(sources.find(({ file }) => file === 'src/api/main.ts')?.imports).toContain('../db/pool.ts');
  });

  it('import only what the table allows', () => {
    const breaches = sources.flatMap(({ file, room, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => relative(ROOT, resolve(ROOT, dirname(file), specifier)))
        .filter((target) => target.startsWith('src/'))
        .filter((target) => {
          const targetRoom = target.split('/')[1] as string;
          if (targetRoom === room) return false;
          if (targetRoom === 'workflows' && target !== 'src/workflows/messages.ts') return true;
          return !(MAY_IMPORT[room] ?? []).includes(targetRoom);
        })
        .map((target) => `${file} imports ${target}: see the table of allowed imports in docs/decisions/0001-rooms.md`),
    );
    expect(breaches).toEqual([]);
  });

  it('let the dashboard have the API’s types and pure rules, and nothing else of ours', () => {
    const breaches = [...filesUnder('dashboard/src', '.ts'), ...filesUnder('dashboard/src', '.tsx')].flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)]
        .map(([, specifier]) => relative(ROOT, resolve(ROOT, dirname(file), specifier as string)))
        .filter((target) => target.startsWith('src/') && !DASHBOARD_MAY_IMPORT.test(target))
        .map((target) => `${file} imports ${target}: the dashboard is a client of the public API; ask a route`),
    );
    expect(breaches).toEqual([]);
  });

  it('keep domain free of everything but noble and zod', () => {
    const breaches = sources
      .filter(({ room }) => room === 'domain')
      .flatMap(({ file, imports }) =>
        imports
          .filter((name) => !name.startsWith('.') && !name.startsWith('@noble/') && !DOMAIN_MAY_LOAD.has(name))
          .map((name) => `${file} imports ${name}: domain runs in workflows and browsers; pass it in as an argument`),
      );
    expect(breaches).toEqual([]);
  });

  it('keep workflows free of Node and of everything but the workflow SDK', () => {
    const breaches = sources
      .filter(({ room }) => room === 'workflows')
      .flatMap(({ file, imports }) =>
        imports
          .filter(
            (name) => !name.startsWith('.') && !['@temporalio/workflow', '@temporalio/common', 'zod'].includes(name),
          )
          .map((name) => `${file} imports ${name}: put the effect into an activity`),
      );
    expect(breaches).toEqual([]);
  });

  it('write SQL in src/db alone', () => {
    const breaches = sources
      .filter(({ room }) => room !== 'db')
      .filter(({ file }) => /\bsql\.(unsafe|type|fragment)\b|\bsql`/.test(readFileSync(join(ROOT, file), 'utf8')))
      .map(({ file }) => `${file} writes SQL: give it a function in src/db/<aggregate>.ts`);
    expect(breaches).toEqual([]);
  });

  // rotateHubKey.ts is run by hand where the signing worker runs: the present key must sign the next one's announcement.
  it('let the signing worker and the change of keys alone read the hub’s private key', () => {
    const readers = sources
      .filter(({ imports }) => imports.some((name) => name.endsWith('/hubKey.ts')))
      .map(({ file }) => file);
    expect(
      readers.filter((file) => !['src/workers/signing.ts', 'src/workers/rotateHubKey.ts'].includes(file)),
      'only src/workers/signing.ts and src/workers/rotateHubKey.ts may import platform/hubKey.ts',
    ).toEqual([]);
  });

  it('open the system scope in the files that need every tenant, each for its reason', () => {
    const users = sources
      .filter(({ file }) => /\bwithSystem\(/.test(readFileSync(join(ROOT, file), 'utf8')))
      .map(({ file }) => file);
    expect(
      users.toSorted(),
      'withSystem sees every tenant of every MSP: where the tenant is known use withTenant; else give the file its reason here',
    ).toEqual(Object.keys(SYSTEM_SCOPE).toSorted());
  });

  it('open a tenant’s scope in the API by src/api/reach.ts, which knows who may only look', () => {
    const users = sources
      .filter(
        ({ room, file }) => room === 'api' && /\bwithTenant(AndPeople)?\(/.test(readFileSync(join(ROOT, file), 'utf8')),
      )
      .map(({ file }) => file);
    // Besides it: hosts and integrations, and what only people of the MSP may do.
    expect(users, 'use inTenant or readScope, so that a client’s people are refused writes').toMatchInlineSnapshot(`
      [
        "src/api/agentRequest.ts",
        "src/api/escalationStart.ts",
        "src/api/impersonations.ts",
        "src/api/quorumDecision.ts",
        "src/api/quorumWithdrawal.ts",
        "src/api/reach.ts",
        "src/api/tokenOrders.ts",
        "src/api/routes/agentLink.ts",
        "src/api/routes/auth.ts",
        "src/api/routes/eatResults.ts",
        "src/api/routes/impersonation.ts",
        "src/api/routes/ingest.ts",
        "src/api/routes/quorum.ts",
        "src/api/sockets/agents.ts",
      ]
    `);
  });

  it('read the environment in platform/config.ts and in the roots of processes only', () => {
    const readers = sources
      .filter(({ file }) => readFileSync(join(ROOT, file), 'utf8').includes('process.env'))
      .filter(
        ({ file, room }) =>
          room !== 'platform' && !/\/(main|core|signing|rotateHubKey|migrate|seedDemo|fleet)\.ts$/.test(file),
      )
      .map(({ file }) => `${file} reads process.env: add the variable to src/platform/config.ts`);
    expect(readers).toEqual([]);
  });
});

describe('the code', () => {
  it('has no file over 500 lines without a sentence that says why', () => {
    const long = filesUnder('src', '.ts').filter((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      return text.split('\n').length > 500 && !/long because/i.test(text.slice(0, 1000));
    });
    expect(long).toEqual([]);
  });

  it('names in its documents only files that exist', () => {
    const documents = ['README.md', ...filesUnder('docs', '.md')].filter((file) => existsSync(join(ROOT, file)));
    const missing = documents.flatMap((file) =>
      [
        ...readFileSync(join(ROOT, file), 'utf8').matchAll(
          /(?<![\w./-])((?:src|test|docs|migrations|bench|bin|data)\/[\w./-]+\.(?:ts|mjs|md|sql|json|gz|yml))\b/g,
        ),
      ]
        .map((match) => match[1] as string)
        .filter((path) => !existsSync(join(ROOT, path)))
        .map((path) => `${file} names ${path}, which does not exist`),
    );
    expect(missing).toEqual([]);
  });

  it('names in its comments only documents that exist', () => {
    const missing = [...filesUnder('src', '.ts'), ...filesUnder('migrations', '.sql')].flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\b((?:docs|bench)\/[\w./-]+\.(?:md|ts))\b/g)]
        .map((match) => match[1] as string)
        .filter((path) => !existsSync(join(ROOT, path)) || !statSync(join(ROOT, path)).isFile())
        .map((path) => `${file} names ${path}, which does not exist`),
    );
    expect(missing).toEqual([]);
  });
});

describe('the routes', () => {
  it('have a known permission, a unique method and path, and schemas for their path parameters', () => {
    const seen = new Set<string>();
    for (const route of ROUTES) {
      const key = `${route.method} ${route.path}`;
      expect(seen.has(key), key).toBe(false);
      seen.add(key);
      if (route.auth.kind === 'user') expect(Object.keys(PERMISSIONS)).toContain(route.auth.permission);
      if (route.path.includes(':')) expect(route.params, `${key} must declare params`).toBeDefined();
      expect(
        route.output !== undefined || route.produces !== undefined || route.status === 204,
        `${key} must declare what it answers`,
      ).toBe(true);
    }
  });

  it('are public only where a person or host cannot have signed in yet, and where they serve the public log or the brand of the host asked', () => {
    expect(
      ROUTES.filter((route) => route.auth.kind === 'public')
        .map((route) => `${route.method} ${route.path}`)
        .toSorted(),
    ).toMatchInlineSnapshot(`
      [
        "get /branding",
        "get /branding/logo/:sha256",
        "get /transparency/checkpoint",
        "get /transparency/keys",
        "get /transparency/log",
        "get /transparency/log/:index",
        "get /transparency/proof/consistency",
        "get /transparency/proof/inclusion",
        "get /transparency/tile/:level/:path{.+}",
        "get /transparency/tile/entries/:path{.+}",
        "post /agents/register",
        "post /auth/auditor-link",
        "post /auth/login",
        "post /auth/totp/confirm",
        "post /auth/totp/enrol",
        "post /bootstrap",
        "post /invitations/accept",
        "post /transparency/checkpoint/cosignatures",
      ]
    `);
  });
});

describe('the catalogue', async () => {
  const db = await createTestDatabase();
  const tables = await db.admin.any(sql.type(
    z.object({ name: z.string(), forced: z.boolean(), has_tenant: z.boolean(), policies: z.number() }),
  )`
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as has_tenant,
      (select count(*) from pg_policy p where p.polrelid = c.oid) as policies
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`);

  it('forces row-level security, with policies, on every table that has tenant_id', () => {
    const tenantTables = tables.filter((table) => table.has_tenant);
    expect(tenantTables.length).toBeGreaterThan(20);
    expect(
      tenantTables
        .filter((table) => !table.forced || table.policies === 0)
        .map((table) => `${table.name}: call app.protect_tenant_table in its migration`),
    ).toEqual([]);
  });

  it('lets a client’s scope write nothing but an answer to an engineer, and what is written down of it', async () => {
    const rules = await db.admin.any(sql.type(z.object({ name: z.string(), kind: z.string(), is_closed: z.boolean() }))`
      select c.relname as name, k.kind, exists (
        select from pg_policies p where p.schemaname = 'public' and p.tablename = c.relname and p.permissive = 'RESTRICTIVE'
          and p.cmd = k.kind and p.roles @> array['monsys_app']::name[] and coalesce(p.qual, p.with_check) like '%app.writable()%') as is_closed
      from pg_class c cross join (values ('INSERT'), ('UPDATE'), ('DELETE')) k (kind)
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity order by 1, 2`);
    expect(rules.length).toBeGreaterThan(150);
    expect(
      rules.filter((rule) => !rule.is_closed).map((rule) => `${rule.kind} ${rule.name}`),
      'call app.protect_tenant_table, or app.refuse_readonly_writes, in the migration of the table',
    ).toMatchInlineSnapshot(`
      [
        "INSERT audit_chain_heads",
        "UPDATE audit_chain_heads",
        "INSERT audit_log",
        "UPDATE impersonations",
      ]
    `);
  });

  it('leaves without row-level security only what holds no customer data', () => {
    expect(tables.filter((table) => !table.forced).map((table) => table.name)).toMatchInlineSnapshot(`
      [
        "auth_failures",
        "cve_scores",
        "feeds",
        "hub_keys",
        "hub_presence",
        "idempotency_keys",
        "kernel_cve_fixes",
        "kev_entries",
        "rate_limits",
        "schema_migrations",
        "transparency_checkpoints",
        "transparency_cosignatures",
        "transparency_leaves",
        "transparency_pending",
        "transparency_subtrees",
      ]
    `);
  });

  it('gives no runtime role ownership, superuser rights, a bypass, or update and delete on the audit log', async () => {
    const roles = await db.admin.any(sql.type(z.object({ name: z.string(), unsafe: z.boolean() }))`
      select rolname as name, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb
        or exists (select from pg_class where relowner = pg_roles.oid) as unsafe
      from pg_roles where rolname in ('monsys_app', 'monsys_core', 'monsys_signing')`);
    expect(roles).toHaveLength(3);
    expect(roles.filter((role) => role.unsafe)).toEqual([]);
    const grants = await db.admin.any(sql.type(z.object({ grantee: z.string(), privilege_type: z.string() }))`
      select grantee::text, privilege_type::text from information_schema.table_privileges
      where table_name = 'audit_log' and grantee like 'monsys_%' and privilege_type not in ('SELECT', 'INSERT')`);
    expect(grants).toEqual([]);
  });

  it('has no view, materialised view or SECURITY DEFINER function through which rows could leak', async () => {
    const leaks = await db.admin.any(sql.type(z.object({ name: z.string() }))`
      select relname::text as name from pg_class where relkind in ('v', 'm') and relnamespace in ('public'::regnamespace, 'app'::regnamespace)
        and not coalesce(reloptions @> array['security_invoker=true'], false)
      union all
      select proname::text from pg_proc where prosecdef and pronamespace in ('public'::regnamespace, 'app'::regnamespace)`);
    expect(leaks).toEqual([]);
  });

  it('lets no foreign key between customer tables point into another tenant, and none delete across tenants', async () => {
    const loose = await db.admin.any(sql.type(z.object({ name: z.string() }))`
      select conrelid::regclass::text || '.' || conname as name from pg_constraint k
      where contype = 'f' and connamespace = 'public'::regnamespace
        -- People and their credentials belong to an MSP; a tenant is set only for a client's.
        and confrelid::regclass::text not in ('tenants', 'msps', 'users', 'sessions', 'api_tokens')
        and exists (select from pg_attribute a where a.attrelid = k.confrelid and a.attname = 'tenant_id')
        and not exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'tenant_id' and a.attnum = any (k.conkey))`);
    expect(loose).toEqual([]);
  });

  it('deletes no row of another tenant by a cascade', async () => {
    const cascades = await db.admin.any(sql.type(z.object({ name: z.string() }))`
      select conrelid::regclass::text || '.' || conname as name from pg_constraint k
      where contype = 'f' and connamespace = 'public'::regnamespace and confdeltype in ('c', 'n', 'd')
        and exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'tenant_id')
        and not exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'tenant_id' and a.attnum = any (k.conkey))`);
    expect(cascades.map(({ name }) => `${name}: let the foreign key name tenant_id`)).toEqual([]);
  });

  it('gives the API no policy that opens every tenant, and nobody but our roles a right', async () => {
    const open = await db.admin.any(sql.type(z.object({ name: z.string() }))`
      select tablename || '.' || policyname as name from pg_policies
      where schemaname = 'public' and (roles && array['public']::name[] or (roles && array['monsys_app']::name[] and qual like '%''system''%'))`);
    expect(open).toEqual([]);
    const strangers = await db.admin.any(sql.type(z.object({ name: z.string() }))`
      select distinct table_name || ' to ' || grantee as name from information_schema.table_privileges
      where table_schema = 'public' and grantee not in ('postgres', 'monsys_app', 'monsys_core', 'monsys_signing')`);
    expect(strangers).toEqual([]);
  });
});
