import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from './chromium.ts';
import { type Harness, startHarness } from './harness.ts';
import { RUN_ID } from './service/data.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('budgets', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness(chromium ?? '');
  });
  afterAll(() => harness?.close());
  afterEach(() => {
    expect(harness.complaints()).toEqual([]);
  });
  const rowsOf = (name: string) => harness.page.getByRole('table', { name }).locator('tbody tr');

  test('each row has what is spent, held and left, the warnings, and what no amount has in it', async () => {
    const { page } = harness;
    await harness.open('/budgets');
    const [near, over, unlimited] = [0, 1, 2].map((index) => rowsOf('Budgets').nth(index));
    await near?.getByText('all 77 calls priced').waitFor();
    await near?.getByText('warns at 95\u00a0%').waitFor();
    expect(await near?.textContent()).toMatch(/one UTC daysupport-triage/);
    for (const text of [
      '84.5 % spent',
      'warned at 50, 80\u00a0%',
      '$20.00',
      '$16.904215001',
      '$1.25',
      '$0.50',
    ])
      expect(await near?.textContent()).toContain(text);
    expect(await near?.textContent()).toContain('$1.845784999');
    expect(await over?.textContent()).toMatch(/120\.5 % spent over the limit/);
    expect(await over?.textContent()).toContain('12 of 1,240 calls unpriced');
    expect(await unlimited?.textContent()).toMatch(/no limit.*4 of 4 calls unpriced/);
    expect(await page.getByRole('table').textContent()).not.toMatch(/per_|_usd/);
  });

  test('the limit and the workflow are chosen in the address', async () => {
    const { page, service } = harness;
    await harness.open('/budgets');
    await page.getByLabel('Limit of').selectOption('per_run');
    await page.getByRole('status').filter({ hasText: '2 budgets shown' }).waitFor();
    expect(service.asked).toContain('GET /v1/budgets?period=per_run');
    await rowsOf('Budgets').nth(0).getByText('1 of 3 calls unpriced').waitFor();
    expect(await rowsOf('Budgets').nth(1).textContent()).toContain('see its run');
    await rowsOf('Budgets').nth(0).getByRole('link', { name: RUN_ID }).click();
    await page.getByRole('heading', { level: 1, name: 'Run of support-triage' }).waitFor();
    await page.getByRole('table', { name: 'Budget of this run' }).waitFor();
    expect(await rowsOf('Budget of this run').textContent()).toContain('1 of 3 calls unpriced');
  });

  test('where nobody drew on a budget, that is said', async () => {
    const { page } = harness;
    await harness.open('/budgets?workflow=none-like-it');
    await page.getByText('No agent has drawn on such a budget yet.').waitFor();
  });

  test('a workflow’s page has what is left, and what stops the agent', async () => {
    const { page } = harness;
    await harness.open('/workflows/support-triage');
    const left = page.getByRole('region', { name: 'What is left of the budget' });
    await left.getByText('one UTC month').waitFor();
    expect(await left.getByRole('link', { name: 'By run' }).getAttribute('href')).toBe(
      '/budgets?workflow=support-triage&period=per_run',
    );
    const said = async (name: string) => page.getByRole('region', { name }).textContent();
    expect(await said('When the agent stops')).toMatch(/4.*\$0\.40.*whole workflow is suspended/);
    expect(await said('Who may break glass')).toMatch(/olga@example\.com, ada@example\.com.*5 min/);
    expect(await said('Content that leaves the agent’s process')).toMatch(
      /class 3 highdigest only.*arguments\.customer\.iban/,
    );
  });

  test('a suspension by a stop condition says by whom and why, in words', async () => {
    const { page } = harness;
    await harness.open('/workflows/support-triage');
    await page.getByLabel('Reason').fill('Look at this.');
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    expect(await page.getByRole('region', { name: 'In short' }).textContent()).toMatch(
      /by support-agent at .*: stop condition on denied calls: 4 denials in one run/,
    );
  });
});
