/** What the hub refuses, and why a host inherits what it does, is said in Dutch to those who read it. */

import { expect, it } from 'vitest';
import { createTestBrowser, expectAccessible } from '../support/browser.ts';

const { open, signedIn, picture, demo } = await createTestBrowser();

it('a refusal and the fault of a field at the sign-in (nl-BE), of which English viewers fetch nothing', async () => {
  const fetched: string[] = [];
  const read = async (locale: string, emailLabel: string): Promise<string> => {
    const page = await (await open({ locale })).newPage();
    page.on('request', (request) => void fetched.push(`${locale} ${request.url()}`));
    await page.goto('/login');
    await page.getByLabel(emailLabel).waitFor();
    await page.locator('form').evaluate((form) => form.setAttribute('novalidate', ''));
    const send = async (email: string): Promise<string> => {
      await page.locator('input[name=email]').fill(email);
      await page.locator('input[name=password]').fill('no such word');
      await page.locator('input[name=code]').fill('123456');
      const answered = page.waitForResponse(/auth\/login/);
      await page.locator('form button[type=submit]').click();
      await answered;
      return page.getByRole('alert').innerText();
    };
    const fault = await send('a');
    const alert = page.getByRole('alert').filter({ hasText: /onjuist|is wrong/ });
    await send('nobody@msp.example');
    await alert.waitFor();
    if (locale === 'nl-BE') {
      await expectAccessible(page);
      await picture(page, 'refusal-dutch');
    }
    return `${fault}\n${await alert.innerText()}`;
  };
  expect(await read('nl-BE', 'E-mail')).toMatch(
    /De aanvraag is niet geldig[^]+Minstens 3 tekens\.[^]+E-mailadres, wachtwoord of code is onjuist[^]+werkt één keer/,
  );
  expect(await read('en-GB', 'Email')).toMatch(/The request is not valid[^]+Email, password or code is wrong/);
  expect(
    fetched.some((each) => /^nl-BE .*\/assets\/refusals-/.test(each)),
    'a control: the Dutch was seen',
  ).toBe(true);
  expect(fetched.filter((each) => /^en-GB .*\/assets\/(?:refusals|sentences)-/.test(each))).toEqual([]);
});

it('the reasons of what a host inherits', async () => {
  const page = await signedIn('alice', { locale: 'nl-BE' });
  const host = demo.agents.find(({ hostname }) => hostname === 'db-prod-01');
  await page.goto(`/hosts/${host?.id}?tab=inherited`);
  const main = page.getByRole('main');
  await main
    .getByText(/^(?:Alleen “.+” heeft|“.+” komt eerst|Geen van zijn groepen|De host zit in geen groep)/)
    .first()
    .waitFor();
  expect(await main.innerText()).not.toMatch(/comes first by|None of its groups|has an? /);
  await picture(page, 'inherited-dutch', 'whole');
});
