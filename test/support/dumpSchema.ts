/**
 * The schema as one reviewed text, read from the catalogue: tables, constraints, indexes, policies, grants, functions,
 * triggers. Ordered by name, so that a migration's effect is a small diff. `npm run db:schema` writes test/schema.sql.
 */

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';

/** Where the dump is kept. */
export const SCHEMA_FILE = fileURLToPath(new URL('../schema.sql', import.meta.url));

const HEADER = `-- The schema after all migrations, read from the catalogue by test/support/dumpSchema.ts.
-- Not for running: for reviewing. A migration that changes it changes this file (npm run db:schema), and the suite is red until then.
`;

/** One statement a section; each gives rows of text in their order. */
const SECTIONS: readonly { readonly title: string; readonly query: string }[] = [
  {
    title: 'Roles',
    query: `select format('%s: %s%s%s%s', rolname, case when rolsuper then 'superuser ' else '' end, case when rolbypassrls then 'bypassrls ' else '' end,
        case when rolcanlogin then 'login' else 'nologin' end, case when rolinherit then ' inherit' else '' end) as text
      from pg_roles where rolname like 'monsys\\_%' order by rolname`,
  },
  {
    title: 'Functions and procedures',
    query: `select pg_get_functiondef(p.oid) as text from pg_proc p where p.pronamespace = 'app'::regnamespace
      order by p.proname, pg_get_function_identity_arguments(p.oid)`,
  },
  {
    title: 'Tables',
    query: `select format(E'%stable %s (\\n%s\\n)%s;', case c.relpersistence when 'u' then 'unlogged ' else '' end, c.relname,
        (select string_agg(line, E',\\n' order by kind, place, line) from (
          select 0 as kind, a.attnum as place, format('  %s %s%s%s', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
            case when a.attnotnull then ' not null' else '' end,
            case when a.attgenerated = 's' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
              when a.attidentity <> '' then ' generated ' || case a.attidentity when 'a' then 'always' else 'by default' end || ' as identity'
              when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) else '' end) as line
          from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          union all
          select 1, 0, format('  constraint %s %s', k.conname, pg_get_constraintdef(k.oid))
          from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n'
        ) lines),
        case when c.relforcerowsecurity and c.relrowsecurity then ' -- row-level security forced'
          when c.relrowsecurity then ' -- row-level security NOT forced' else '' end) as text
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by c.relname`,
  },
  {
    title: 'Views',
    query: `select format('%s %s%s as%s', case c.relkind when 'm' then 'materialized view' else 'view' end, c.relname,
        coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''), E'\\n' || pg_get_viewdef(c.oid)) as text
      from pg_class c where c.relnamespace in ('public'::regnamespace, 'app'::regnamespace) and c.relkind in ('v', 'm') order by c.relname`,
  },
  {
    title: 'Indexes beyond those of constraints',
    query: `select pg_get_indexdef(i.indexrelid) || ';' as text from pg_index i join pg_class c on c.oid = i.indexrelid
      where c.relnamespace = 'public'::regnamespace and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
      order by c.relname`,
  },
  {
    title: 'Policies',
    query: `select format('policy %s on %s for %s to %s%s%s;', policyname, tablename, lower(cmd),
        (select string_agg(role, ', ' order by role) from unnest(roles::text[]) as role),
        coalesce(E'\\n  using (' || qual || ')', ''), coalesce(E'\\n  with check (' || with_check || ')', '')) as text
      from pg_policies where schemaname = 'public' order by tablename, policyname`,
  },
  {
    title: 'Triggers',
    query: `select pg_get_triggerdef(t.oid) || ';' as text from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where not t.tgisinternal and c.relnamespace = 'public'::regnamespace order by c.relname, t.tgname`,
  },
  {
    title: 'Grants',
    query: `select format('%s to %s: %s', relname, grantee, string_agg(what, ', ' order by what)) as text from (
        select c.relname, acl.grantee::regrole::text as grantee, lower(acl.privilege_type) as what
        from pg_class c, aclexplode(c.relacl) acl
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S') and acl.grantee <> c.relowner
        union all
        select c.relname, acl.grantee::regrole::text, format('%s (%s)', lower(acl.privilege_type), string_agg(a.attname, ', ' order by a.attname))
        from pg_class c join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) acl
        where c.relnamespace = 'public'::regnamespace and acl.grantee <> c.relowner group by 1, 2, acl.privilege_type
      ) grants where relname <> 'schema_migrations' group by relname, grantee order by relname, grantee`,
  },
];

/** Reads the schema of the database behind `client`. */
export async function dumpSchema(client: Pick<Client, 'query'>): Promise<string> {
  const parts = [HEADER];
  for (const { title, query } of SECTIONS) {
    const { rows } = await client.query<{ text: string }>(query);
    const separator = ['Roles', 'Grants'].includes(title) ? '\n' : '\n\n';
    parts.push(`-- ${title}\n\n${rows.map((row) => row.text.trim()).join(separator) || '-- none'}\n`);
  }
  return parts.join('\n');
}

/** Starts a Postgres of its own, migrates it and writes the dump. */
async function main(): Promise<void> {
  // Vitest's part of that file must not be loaded outside of a test.
  const { startTestPostgres } = await import('./embeddedPostgres.ts');
  const server = await startTestPostgres();
  try {
    const client = new Client({ connectionString: server.templateUri });
    await client.connect();
    await writeFile(SCHEMA_FILE, await dumpSchema(client));
    await client.end();
  } finally {
    await server.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
