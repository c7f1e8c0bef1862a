/**
 * A client's own domain as its people's browser sees it: a real Caddy in front of the running hub, its certificate got
 * on demand, the client's brand, and nothing of anybody else.
 */

import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import {
  CHROMIUM_FLAGS,
  chromiumPath,
  createTestBrowser,
  expectAccessible,
  expectNoSidewaysScroll,
} from '../support/browser.ts';
import { startCaddy } from '../support/caddy.ts';

const DOMAIN = 'ops.acme.com';
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><rect width="40" height="40" rx="8" fill="#1e3a8a"/><path d="M10 30 20 8l10 22" fill="none" stroke="#fff" stroke-width="4"/></svg>';

const { demo, user, freshCode, asOwner, picture } = await createTestBrowser();
const acme = demo.tenants.find(({ slug }) => slug === 'acme')?.id ?? '';
const caddy = await startCaddy('hub.msp.net', Number(new URL(demo.base_url).port));

/** Digest of a key, by which the browser trusts this Caddy's CA alone and no other certificate. */
async function keyDigest(): Promise<string> {
  const certificate = new X509Certificate(await readFile(join(caddy.authorities, 'intermediate.crt')));
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

const browser = await chromium.launch({
  executablePath: chromiumPath(),
  args: [
    ...CHROMIUM_FLAGS,
    // The DNS of the client and of the rest of the world, in this browser.
    `--host-resolver-rules=MAP *.com 127.0.0.1:${caddy.httpsPort}`,
    `--ignore-certificate-errors-spki-list=${await keyDigest()}`,
  ],
});
afterAll(() => browser.close());

it('shows the client’s brand over TLS once the domain is proven, read-only, powered by the MSP', async () => {
  await asOwner('delete from custom_domains where domain = $1', [DOMAIN]);
  const form = new FormData();
  form.set('logo', new Blob([LOGO], { type: 'image/svg+xml' }), 'acme-logo.svg');
  form.set('primary_color', '#1e3a8a');
  form.set('product_name', 'AcmeOps');
  form.set('custom_domain', DOMAIN);
  const branded = await fetch(`${demo.base_url}/api/v1/tenants/${acme}/branding`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${user('alice').api_token}` },
    body: form,
  });
  expect(branded.status, await branded.clone().text()).toBe(200);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  // Not proven: no certificate, so no connection at all.
  const early = await context.newPage();
  await expect(early.goto(`https://${DOMAIN}/`)).rejects.toThrow();
  await early.close();
  // The DNS proof itself is tested with a DNS server in test/api/branding.test.ts.
  await asOwner(
    `with proven as (delete from domain_claims where domain = $1 returning tenant_id, domain, challenge)
     insert into custom_domains (tenant_id, domain, challenge) select tenant_id, domain, challenge from proven`,
    [DOMAIN],
  );
  const page = await context.newPage();
  await page.goto(`https://${DOMAIN}/`);
  await page.getByText('AcmeOps').first().waitFor();
  await page.getByText(/powered by/i).waitFor();
  await expectAccessible(page);
  await picture(page, 'custom-domain-sign-in');
  const olivia = user('olivia');
  await page.getByLabel('Email').fill(olivia.email);
  await page.getByLabel('Password').fill(olivia.password);
  await page.getByLabel('TOTP code').fill(await freshCode(olivia));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Posture' }).waitFor();
  await picture(page, 'custom-domain-posture');
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScroll(page);
  await picture(page, 'custom-domain-phone');

  // A name that nobody has proven gets no certificate, and so not even a page that says no.
  await expect(page.goto('https://ops.globex.com/')).rejects.toThrow();
}, 120_000);
