/** The timeline of a host's CVEs as CSV: what a spreadsheet reads, and what it must not run. */

import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sql } from '../../src/db/pool.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const { a: acme, other } = api.tenants;
const agent = await registerTestAgent(api, acme, 'web-03');
await db.admin.query(sql.unsafe`
  insert into agent_cves (tenant_id, agent_id, source, package, cve_id, installed_version, fixed_version, severity, detected_at, patched_at, patched_version) values
    (${acme}::uuid, ${agent.id}::uuid, 'trivy', '=HYPERLINK("http://evil")', 'CVE-2026-0001', '1,0 "β"', '1.1', 'high', '2026-04-01T00:00:00Z', '2026-04-11T12:00:00Z', '1.1'),
    (${acme}::uuid, ${agent.id}::uuid, 'kernel', 'linux', 'CVE-2026-0002', '5.15.1', null, null, now() - interval '3 days 1 hour', null, null)`);
await db.admin.query(sql.unsafe`
  insert into eats (nonce, tenant_id, agent_id, level, actions, reason, issued_at, expires_at, outcome, result_at, requested_by_email)
  values (${randomUUID()}::uuid, ${acme}::uuid, ${agent.id}::uuid, 3, '[]', 'patching', '2026-04-11T11:00:00Z', '2026-04-11T11:15:00Z', 'succeeded', '2026-04-11T11:05:00Z',
    'alice@msp.example')`);

describe('GET /agents/:id/cves.csv', () => {
  it('200: one line a CVE, quoted by RFC 4180, with no cell that a spreadsheet would run', async () => {
    const response = await api.as('viewer')('GET', `/agents/${agent.id}/cves.csv`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="cves-web-03.csv"');
    const [head, first, second, end] = (await response.text()).split('\r\n');
    expect(head).toBe(
      'hostname,cve_id,source,package,severity,is_kev,installed_version,fixed_version,detected_at,patched_at,patched_version,operator_email,days_open',
    );
    expect(first).toBe(
      `web-03,CVE-2026-0001,trivy,"'=HYPERLINK(""http://evil"")",high,no,"1,0 ""β""",1.1,2026-04-01T00:00:00.000Z,2026-04-11T12:00:00.000Z,1.1,alice@msp.example,10`,
    );
    expect(second).toMatch(/^web-03,CVE-2026-0002,kernel,linux,,no,5\.15\.1,,[^,]+,,,,3$/);
    expect(end).toBe('');
  });

  it('404: of another tenant', async () => {
    const foreign = randomUUID();
    await db.admin.query(sql.unsafe`
      insert into agents (id, tenant_id, hostname, public_key, agent_version) values (${foreign}::uuid, ${other}::uuid, 'web-04', ${sql.binary(randomBytes(32))}, '1')`);
    expect((await api.as('admin')('GET', `/agents/${foreign}/cves.csv`)).status).toBe(404);
  });

  it('403: for auditors', async () => {
    expect((await api.as('auditor')('GET', `/agents/${agent.id}/cves.csv`)).status).toBe(403);
  });
});
