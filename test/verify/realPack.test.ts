/** What a whole hub makes, as a stranger checks it: a quorum token run by a real agent, the pack of its month, the log. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/verify/run.ts';
import { createTestHub } from '../support/hub.ts';
import { waitUntil } from '../support/processes.ts';
import { makePlaybook, runQuorum, serveHub, startLiveAgent } from '../support/quorumRun.ts';

const hub = await createTestHub();
const served = await serveHub(hub);
afterAll(() => served.stop());
const [alice, bob, carol] = [await hub.person('admin'), await hub.person('admin'), await hub.person('owner')];
const agent = await startLiveAgent(hub, served, () => '[policy]\nallowed_commands = ["/usr/bin/"]');
afterAll(() => agent.stop());
const folder = mkdtempSync(join(tmpdir(), 'monsys-verify-real-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

async function verify(...args: string[]) {
  const printed: string[] = [];
  const keep = (text: string) => void printed.push(text);
  const code = await run([...args, '--pubkey', at('hub.pub')], { out: keep, error: keep });
  return { code, text: printed.join('') };
}

async function save(name: string, path: string): Promise<void> {
  const response = await alice.call('GET', path);
  expect(response.status, path).toBe(200);
  writeFileSync(at(name), Buffer.from(await response.arrayBuffer()));
}

describe('what a hub made', () => {
  it('is verified: the token, the pack of its month in every form, filtered, and in the log', {
    timeout: 180_000,
  }, async () => {
    const slug = await makePlaybook(alice, bob, {
      slug: 'db-restore-check',
      name: 'Restore for the test',
      irreversible: true,
      steps: [{ kind: 'run_command', argv: ['/usr/bin/true'], expect: { exit_code: 0 } }],
    });
    const people = { requester: alice, approvers: [bob, carol] } as const;
    const { evidence } = await runQuorum(people, agent.id, slug);
    const key = await fetch(`${served.url}/pubkeys/hub.pub`);
    writeFileSync(at('hub.pub'), await key.text());

    await save('eat.json', `/emergency/${evidence.nonce}`);
    const single = await verify('verify-eat', at('eat.json'));
    expect(single.text).toContain('✓ 2-of-2 quorum');
    expect(single.code).toBe(0);

    const month = new Date().toISOString().slice(0, 7);
    const tenant_id = hub.api.tenants.a;
    const started = await alice.call('POST', '/audit-packs', { tenant_id, month });
    const { workflow_id } = (await started.json()) as { workflow_id: string };
    await hub.client.withDeadline(Date.now() + 60_000, () => hub.client.workflow.getHandle(workflow_id).result());
    const list = await alice.call('GET', `/audit-packs?tenant_id=${tenant_id}&month=${month}`);
    const [pack] = ((await list.json()) as { items: { id: string }[] }).items;
    for (const format of ['jsonl', 'pdf', 'sig', 'zip'])
      await save(`whole.${format}`, `/audit-packs/${pack?.id}/download?format=${format}`);
    for (const format of ['jsonl', 'sig'])
      await save(`own.${format}`, `/audit-packs/${pack?.id}/download?format=${format}&actor_filter=@msp.example`);

    const jsonl = await verify('verify-pack', '--pack', at('whole.jsonl'), '--sig', at('whole.sig'));
    expect(jsonl.text).toContain('✓ 1 tokens signed by the hub, 1 results signed by their hosts, 1 quorums shown');
    expect(jsonl.text).toMatch(/✓ audit events 1 to \d+ follow one another without a gap/);
    expect(jsonl.code).toBe(0);
    expect(await verify('verify-pack', '--pack', at('whole.pdf'), '--sig', at('whole.sig'))).toMatchObject({ code: 0 });
    expect(await verify('verify-pack', '--pack', at('whole.zip'))).toMatchObject({ code: 0 });
    const own = await verify('verify-pack', '--pack', at('own.jsonl'), '--sig', at('own.sig'));
    expect(own.text).toMatch(
      /filtered: only what actors did whose email ends in @msp\.example; \d+ entries kept, \d+ left out/,
    );
    expect(own.code).toBe(0);

    // The log takes up new signatures within a minute; the signing worker runs here as well.
    await waitUntil(
      'the log holds pack and token',
      async () => {
        const log = ['--log', served.url, '--state', at('log.json')];
        const inLog = await verify('verify-pack', '--pack', at('whole.pdf'), '--sig', at('whole.sig'), ...log);
        return inLog.code === 0 && (await verify('verify-eat', at('eat.json'), ...log)).code === 0;
      },
      100_000,
    );
  });
});
