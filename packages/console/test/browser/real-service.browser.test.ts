import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, findChromium, openBrowser } from './chromium.ts';
import { accessibilityProblems, listeningPage, settled } from './harness.ts';
import { ask, glassFile, waitingRun } from './real-agent.ts';
import { RealSystem, START_MS } from './real-system.ts';

const chromium = findChromium();
describe.skipIf(chromium === undefined)('over the real service', () => {
  let system: RealSystem;
  let browser: Browser;
  let page: Page;
  let complaints: () => readonly string[];
  beforeAll(async () => {
    system = await RealSystem.start();
    browser = await openBrowser(chromium ?? '');
    ({ page, complaints } = await listeningPage(browser));
  }, START_MS + 60_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });
  afterEach(async () => {
    await page.context().clearCookies();
  });

  const signIn = async (who: string) => {
    await page.goto('about:blank');
    await page.goto(system.link(who));
    await settled(page);
    complaints();
  };
  const quiet = async () => {
    await page.waitForLoadState('networkidle');
    await settled(page);
  };
  /** Follows each link of a page's table, and gives what failed on the pages behind. */
  const walk = async (list: string, prefix: string) => {
    await page.goto(new URL(list, page.url()).href);
    await quiet();
    const links = page.locator(`main a[href^="${prefix}"]`);
    const paths = new Set(await links.evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? '')));
    expect(paths.size).toBeGreaterThan(0);
    for (const path of paths) {
      await page.goto(new URL(path, page.url()).href);
      await quiet();
      expect.soft([path, await page.locator('[role=alert]').allTextContents()]).toEqual([path, []]);
      expect.soft([path, await accessibilityProblems(page)]).toEqual([path, []]);
    }
  };

  test('every page reads what the service answers', async () => {
    await signIn('Ada Okafor');
    for (const path of [
      '/',
      '/approvals?state=',
      '/reviews?state=',
      '/flags?state=',
      '/costs',
      '/costs?by=model%2Cday',
      '/budgets?period=',
      '/workflows',
    ]) {
      await page.goto(new URL(path, page.url()).href);
      await quiet();
      expect.soft([path, await page.locator('[role=alert]').allTextContents()]).toEqual([path, []]);
    }
    expect(complaints()).toEqual([]);
  });

  test('each run, flag and workflow opens', async () => {
    await signIn('Lena Fischer');
    await walk('/runs', '/runs/');
    await walk('/flags?state=', '/flags/');
    await walk('/workflows', '/workflows/');
    expect(complaints()).toEqual([]);
  }, 120_000);

  test('an owner reads facts from a source beside facts that the model inferred', async () => {
    await signIn('Lena Fischer');
    await page.goto(new URL('/runs?status=completed', page.url()).href);
    await quiet();
    await page.locator('main a[href^="/runs/"]').first().click();
    await page.getByRole('button', { name: 'Show content' }).click();
    const facts = page.getByRole('region', { name: 'What the output rests on' });
    await expect.poll(() => facts.textContent()).not.toContain('show content to read');
    expect(await facts.getByRole('region', { name: 'From a source' }).textContent()).toMatch(
      /Systemcrm.*Reference/,
    );
    expect(await facts.getByRole('region', { name: 'The model’s inference' }).textContent()).toContain(
      'inferred by the model',
    );
  });

  test('glass is broken, and the ledger, the run and the flag say so', async () => {
    await signIn('Ada Okafor');
    const { origin } = new URL(page.url());
    const admin = system.token('first admin');
    const email = 'gina@example.com';
    const { token = '' } = await ask(origin, admin, '/v1/people', {
      ...{ email, display_name: 'Gina Night', roles: ['owner'], teams: ['engineering'] },
    });
    const { policy_version = '' } = await ask(origin, token, '/v1/workflows', { yaml: glassFile(email) });
    const { key = '' } = await ask(origin, admin, '/v1/keys', {
      ...{ principal: 'night-agent', team: 'engineering', workflows: ['night-deploys'] },
    });
    const { run_id, approval_id } = await waitingRun(origin, key, {
      policy_version,
      initiator_token: token,
    });

    await page.context().clearCookies();
    await page.goto('about:blank');
    await page.goto(`${origin}/sign-in#token=${token}`);
    await settled(page);
    complaints();
    await page.goto(`${origin}/approvals/${approval_id}`);
    await page.getByRole('button', { name: 'Break glass…' }).click();
    expect(await page.getByRole('group', { name: 'Arguments', exact: true }).textContent()).toContain(
      '1.4.2',
    );
    await page.getByLabel('Why it cannot wait').fill('The shop is down.');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Break glass now' }).click();
    await page.getByRole('status').filter({ hasText: 'Glass broken' }).waitFor();
    await page.getByText('let through without approval, not used yet').waitFor();

    await page.goto(`${origin}/budgets?period=per_run`);
    await quiet();
    const row = page.getByRole('table', { name: 'Budgets' }).locator('tbody tr').filter({ hasText: run_id });
    await expect.poll(() => row.textContent()).toMatch(/60 % spent.*warned at 50\s%.*\$0\.30?/);
    const reload = async () => {
      await page.goto(`${origin}/runs/${run_id}`);
      await quiet();
      return page.getByRole('main').textContent();
    };
    await expect
      .poll(reload, { timeout: 30_000, interval: 1000 })
      .toMatch(/Resumedonce by another process.*Glass broken: let through without approval/s);
    await ask(origin, admin, '/v1/controls/evaluate', {});
    await page.goto(`${origin}/flags?severity=critical`);
    await page.getByRole('link', { name: /gina@example.com, who had started the run, broke glass/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Flag: glass broken' }).waitFor();
    await page.getByRole('link', { name: 'The approval that it is about' }).waitFor();
    await page.getByText('You started the run that this flag is about, so another person has to').waitFor();
    expect(await page.getByRole('button', { name: 'Resolve' }).count()).toBe(0);
    await page.getByLabel('Note').fill('I let it through.');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByRole('status').filter({ hasText: 'Flag acknowledged.' }).waitFor();
    await page.goto(`${origin}/workflows/night-deploys`);
    await page.getByRole('region', { name: 'What is left of the budget' }).getByText('30 % spent').waitFor();
    await quiet();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(complaints()).toEqual([]);
  }, 120_000);

  test('an approver lets the waiting deploy go, and the agent carries it out', async () => {
    await signIn('Ravi Menon');
    await page.getByRole('table', { name: 'Approvals' }).getByRole('link', { name: 'deploy' }).click();
    expect(await page.getByRole('group', { name: 'Arguments', exact: true }).textContent()).toContain(
      '"version"',
    );
    await page.getByLabel('Reason').fill('The checks are green.');
    await page.getByRole('button', { name: 'Approve this call' }).click();
    await page.getByRole('status').filter({ hasText: 'Approved.' }).waitFor();
    await page.getByText('granted and used').first().waitFor();
    await page.getByRole('region', { name: 'The request' }).locator('a[href^="/runs/"]').click();
    const reload = async () => {
      await page.reload();
      await quiet();
      return page.getByRole('region', { name: 'In short' }).textContent();
    };
    await expect.poll(reload, { timeout: 30_000, interval: 1000 }).toContain('completed');
    expect(await page.getByRole('region', { name: 'Evidence', exact: true }).textContent()).toContain(
      'Grant used',
    );
  }, 90_000);
});
