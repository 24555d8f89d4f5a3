import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from './chromium.ts';
import { type Harness, settled, signInWith, startHarness } from './harness.ts';
import { TOKEN } from './service/service.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('signing in and out', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness(chromium ?? '');
  });
  afterAll(() => harness?.close());
  afterEach(() => harness.page.context().clearCookies());

  test('a link with a token signs in, and the token stays nowhere', async () => {
    const { page, service } = harness;
    await page.goto(`${service.origin}/flags#token=${TOKEN}`);
    await settled(page);
    expect(page.url()).toBe(`${service.origin}/flags`);
    await page.getByRole('link', { name: 'Costs' }).click();
    await settled(page);
    await page.goBack();
    expect(page.url()).toBe(`${service.origin}/flags`);
    expect(service.asked.filter((path) => path.includes(TOKEN))).toEqual([]);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(kept).not.toContain(TOKEN);
    expect(kept).not.toContain('tollgate_session');
  });

  test('the address of the sign-in page leads to the overview', async () => {
    const { page, service } = harness;
    await page.goto(`${service.origin}/sign-in#token=${TOKEN}`);
    await settled(page);
    expect(page.url()).toBe(`${service.origin}/`);
  });

  test('a wrong token is told as such, and the right one still works', async () => {
    const { page, service } = harness;
    await page.goto(`${service.origin}/runs`);
    await signInWith(page, 'tgp_wrong');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('No valid key or session');
    await signInWith(page, `  ${TOKEN}  `);
    await settled(page);
    expect(page.url()).toBe(`${service.origin}/runs`);
  });

  test('a wrong token in a link leads to the form, not to a loop', async () => {
    const { page, service } = harness;
    const before = service.asked.length;
    await page.goto(`${service.origin}/#token=tgp_wrong`);
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Personal token').waitFor();
    expect(service.asked.slice(before).filter((path) => path === 'POST /v1/session')).toHaveLength(1);
  });

  test('a link does not change who is signed in unasked', async () => {
    const { page, service } = harness;
    await harness.open('/');
    const before = service.asked.length;
    await page.goto('about:blank');
    await page.goto(`${service.origin}/#token=tgp_of_someone_else`);
    await page.getByRole('button', { name: 'Stay signed in' }).click();
    await settled(page);
    expect(service.asked.slice(before)).not.toContain('POST /v1/session');
  });

  test('a session that ends leads to the sign-in page, and back to where one was', async () => {
    const { page, service } = harness;
    await harness.open('/approvals');
    await page.context().clearCookies();
    harness.service.endStreams();
    await page.getByLabel('Personal token').waitFor({ timeout: 15_000 });
    await signInWith(page, TOKEN);
    await settled(page);
    expect(page.url()).toBe(`${service.origin}/approvals`);
  });

  test('after signing out nothing of before is shown', async () => {
    const { page } = harness;
    await harness.open('/approvals/a-1');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Personal token').waitFor();
    expect(await page.content()).not.toContain('send_reply');
    await page.reload();
    await page.getByLabel('Personal token').waitFor();
  });
});
