/** The sign-in, in a real browser over the running hub. */

import { describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { open, user, freshCode, picture, demo } = await createTestBrowser();

describe('signing in', () => {
  it('takes email, password and code, and goes on to where one was headed', async () => {
    const page = await (await open()).newPage();
    await page.goto('/settings');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'sign-in');
    const alice = user('alice');
    await page.getByLabel('Email').fill(alice.email);
    await page.getByLabel('Password').fill(alice.password);
    await page.getByLabel('TOTP code').fill(await freshCode(alice));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/settings');
    await page.getByRole('navigation', { name: 'Main navigation' }).getByText('MSP cockpit').waitFor();
  });

  it('says in a sentence that the proof is wrong, and forgets the code', async () => {
    const page = await (await open()).newPage();
    await page.goto('/login');
    await page.getByLabel('Email').fill('nobody@yourmsp.com');
    await page.getByLabel('Password').fill('not the password');
    await page.getByLabel('TOTP code').fill('000000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('TOTP code').inputValue()).toBe('');
  });

  it('fits a phone, in the dark (390 px)', async () => {
    const page = await (await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })).newPage();
    await page.goto('/login');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'sign-in-phone-dark');
  });

  it('goes to no other site afterwards, whatever the address says', async () => {
    const page = await (await open()).newPage();
    await page.goto('/login?next=//elsewhere.example/x');
    const bob = user('bob');
    await page.getByLabel('Email').fill(bob.email);
    await page.getByLabel('Password').fill(bob.password);
    await page.getByLabel('TOTP code').fill(await freshCode(bob));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/msp/cockpit');
    expect(new URL(page.url()).origin).toBe(new URL(demo.base_url).origin);
  });
});
