import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from './chromium.ts';
import { accessibilityProblems, type Harness, startHarness } from './harness.ts';
import { RUN_ID } from './service/data.ts';

const chromium = findChromium();

const PAGES = [
  ['/', 'Overview'],
  ['/approvals?state=', 'Approvals'],
  ['/approvals/a-1', 'Approval of send_reply'],
  ['/approvals/a-2', 'Approval of deploy'],
  ['/approvals/a-3', 'Approval of deploy'],
  ['/reviews?state=', 'Reviews'],
  ['/reviews/s-1', 'Review of prepare_reply'],
  ['/flags?state=', 'Flags'],
  ['/flags/f-2', 'Flag: budget breach'],
  ['/flags/f-4', 'Flag: glass broken'],
  ['/runs', 'Runs'],
  [`/runs/${RUN_ID}`, 'Run of support-triage'],
  ['/costs', 'Costs'],
  ['/budgets?period=', 'Budgets'],
  ['/budgets?workflow=none-like-it', 'Budgets'],
  ['/workflows', 'Workflows'],
  ['/workflows/support-triage', 'Workflow support-triage'],
  ['/no/such/page', 'No such page'],
] as const;

describe.skipIf(chromium === undefined)('every page', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness(chromium ?? '');
  });
  afterAll(() => harness?.close());
  afterEach(() => {
    expect(harness.complaints()).toEqual([]);
  });

  test.each(PAGES)(
    '%s is titled, accessible, and fits a narrow window, in light and dark',
    async (path, title) => {
      const { page } = harness;
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 390],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await harness.open(path);
        expect(await page.title()).toBe(`${title} · Tollgate`);
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title);
        expect(await accessibilityProblems(page)).toEqual([]);
        const beyond = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(beyond).toBe(0);
      }
    },
  );

  test.each(PAGES)('%s shows hostile text as text', async (path) => {
    const { page } = harness;
    await harness.open(path);
    const show = page.getByRole('button', { name: 'Show content' });
    if (await show.isVisible()) await show.click();
    await page.waitForLoadState('networkidle');
    const reached = await page.evaluate(() => ({
      owned: window.owned,
      injected: document.querySelectorAll('main img, main script, main style, main iframe').length,
    }));
    expect(reached).toEqual({ injected: 0 });
  });

  test('the sign-in page is accessible too', async () => {
    const { page } = harness;
    await harness.open('/');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });
});
