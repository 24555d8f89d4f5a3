import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from './chromium.ts';
import { type Harness, settled, startHarness } from './harness.ts';
import { RUN_ID } from './service/data.ts';
import { evidenceOf } from './service/evidence.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('what a person reads', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness(chromium ?? '');
  });
  afterAll(() => harness?.close());
  afterEach(() => {
    expect(harness.complaints()).toEqual([]);
  });

  test('content is asked for only when somebody wants to see it', async () => {
    const { page, service } = harness;
    await harness.open(`/runs/${RUN_ID}`);
    const asked = () =>
      service.asked.filter((path) => path.includes('/evidence')).map((path) => path.split('?')[1]);
    expect(new Set(asked())).toEqual(new Set(['content=false']));
    expect(await page.getByText('The contract ends on 31 December.').count()).toBe(0);
    await page.getByRole('button', { name: 'Show content' }).click();
    await page.getByText('The contract ends on 31 December.').first().waitFor();
    expect(asked()).toContain('content=true');
  });

  test('the timeline has every record, in order, with verdict, enforcement and outcome apart', async () => {
    const { page } = harness;
    await harness.open(`/runs/${RUN_ID}`);
    const entries = page.getByRole('region', { name: 'Evidence', exact: true }).locator('ol > li');
    const { timeline } = evidenceOf(false);
    expect(await entries.count()).toBe(timeline.length);
    const times = await entries
      .locator('header time')
      .evaluateAll((all) => all.map((one) => one.getAttribute('title')));
    expect([...times].sort()).toEqual(times);
    const finished = entries.filter({ hasText: 'Tool finished' }).filter({ hasText: 'prepare_reply' });
    expect(await finished.locator('dl.three-facts').textContent()).toMatch(
      /^VerdictallowEnforcementexecutedOutcomeunknown$/,
    );
  });

  test('what is unpriced stands beside every sum, and money is shown to its last digit', async () => {
    const { page } = harness;
    await harness.open('/costs');
    const table = page.getByRole('table', { name: 'Cost by workflow' });
    const total = await table.getByRole('row').filter({ hasText: 'Total' }).textContent();
    expect(total).toContain('$3.314215000000001');
    expect(total).toContain('16 of 1,321 calls unpriced');
    const unpriced = await table.getByRole('row').filter({ hasText: 'deploy-checks' }).textContent();
    expect(unpriced).toContain('4 of 4 calls unpriced');
    await harness.open(`/runs/${RUN_ID}`);
    const calls = await page.getByRole('table', { name: 'Model calls' }).textContent();
    expect(calls).toMatch(/not counted\s*same response id as another report/);
    expect(calls).toMatch(/unpriced\s*model not in price list\s*The provider’s own figure cannot be read\./);
  });

  test('filters and further rows are in the address and in the request', async () => {
    const { page, service } = harness;
    await harness.open('/runs');
    const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row');
    expect(await rows.count()).toBe(1 + 4);
    await page.getByRole('button', { name: 'Show more runs' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: /^6 runs shown$/ })
      .waitFor();
    expect(await rows.count()).toBe(1 + 6);
    await page.getByLabel('Status').selectOption('over_budget');
    await page
      .getByRole('status')
      .filter({ hasText: /^1 run shown$/ })
      .waitFor();
    expect(new URL(page.url()).search).toBe('?status=over_budget');
    expect(service.asked).toContain('GET /v1/runs?status=over_budget');
    await page.reload();
    await settled(page);
    expect(await page.getByLabel('Status').inputValue()).toBe('over_budget');
  });

  test('how controls held is counted over a population, and a failure leads to its flags', async () => {
    const { page, service } = harness;
    await harness.open('/workflows/support-triage');
    const row = page
      .getByRole('table', { name: 'How its controls held' })
      .getByRole('row', { name: /approval matches/ });
    expect(await row.getByRole('cell').allInnerTexts()).toEqual(['310 of 312 calls', '1', '1']);
    await row.getByRole('link', { name: '1' }).click();
    await page.getByRole('heading', { level: 1, name: 'Flags' }).waitFor();
    await settled(page);
    expect(await page.getByLabel('Control').inputValue()).toBe('approval_matches');
    expect(service.asked.at(-1)).toContain('control=approval_matches');
  });

  test('the eight runtime requirements are there, in order', async () => {
    const { page } = harness;
    await harness.open('/workflows/support-triage');
    const headings = await page.getByRole('heading', { level: 2 }).allInnerTexts();
    expect(headings.filter((text) => /^\d\./.test(text))).toEqual([
      '1. Allowed tools',
      '2. Blocked tools',
      '3. Approval gates',
      '4. Log fields',
      '5. Budget limit',
      '6. Owner',
      '7. Rollback path',
      '8. Review cadence',
    ]);
  });

  test('by keyboard: past the navigation, to a page, and on to its heading', async () => {
    const { page } = harness;
    await harness.open('/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.getByRole('link', { name: 'Workflows', exact: true }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Workflows' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  });

  test('what does not exist is said, and the pages around it go on', async () => {
    const { page } = harness;
    await harness.open('/approvals/nothing');
    await page.getByRole('alert').filter({ hasText: 'There is nothing by that name here.' }).waitFor();
    harness.complaints();
    await page.getByRole('link', { name: 'Costs', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Costs' }).waitFor();
  });

  test('a service that goes away is said so, and what was read stays', async () => {
    const { page } = harness;
    await harness.open('/approvals');
    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'Flags', exact: true }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: 'The service does not answer.' })
      .waitFor({ timeout: 30_000 });
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByRole('table', { name: 'Flags' }).waitFor();
    harness.complaints();
  });
});
