import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findChromium } from './chromium.ts';
import { accessibilityProblems, type Harness, startHarness } from './harness.ts';
import { RUN_ID } from './service/data.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('what a person decides', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness(chromium ?? '');
  });
  afterAll(() => harness?.close());
  let before = 0;
  beforeEach(() => {
    before = harness.service.received.length;
  });
  afterEach(() => {
    expect(harness.complaints()).toEqual([]);
  });
  const sent = () => harness.service.received.slice(before);

  test('an approval shows what will run, needs a reason, and is sent once', async () => {
    const { page } = harness;
    await harness.open('/approvals/a-1');
    const shown = await page.getByRole('group', { name: 'Arguments', exact: true }).textContent();
    expect(shown).toContain('"amount": 12.5');
    expect(shown).toContain('U+202E');
    await page.getByRole('button', { name: 'Approve this call' }).click();
    expect(await page.getByLabel('Reason').getAttribute('aria-invalid')).toBe('true');
    expect(await focused(page)).toBe('textarea');
    await page.getByLabel('Reason').fill('   ');
    await page.getByRole('button', { name: 'Approve this call' }).click();
    expect(sent()).toEqual([]);
    await page.getByLabel('Reason').fill('The refund is due.');
    await page.getByRole('button', { name: 'Approve this call' }).click();
    await page.getByRole('status').filter({ hasText: 'Approved.' }).waitFor();
    expect(await focused(page)).toBe('h1');
    expect(sent()).toEqual([
      {
        method: 'POST',
        path: '/v1/approvals/a-1/decision',
        body: { decision: 'approve', reason: 'The refund is due.' },
      },
    ]);
    await page.getByRole('region', { name: 'Decisions' }).getByText('The refund is due.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve this call' }).count()).toBe(0);
  });

  test('who may not decide is offered no decision', async () => {
    const { page } = harness;
    await harness.open('/approvals/a-2');
    expect(await page.getByText('You started this run').isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: 'Refuse it' }).count()).toBe(0);
  });

  test('glass is broken in two steps, with a reason, and not by one click', async () => {
    const { page } = harness;
    await harness.open('/approvals/a-2');
    const panel = page.getByRole('region', { name: 'In an emergency: break glass' });
    await panel.getByRole('button', { name: 'Break glass…' }).click();
    expect(await focused(page)).toBe('textarea');
    await panel.getByRole('button', { name: 'Go on' }).click();
    await panel.getByRole('alert').filter({ hasText: 'Say why' }).waitFor();
    await panel.getByLabel('Why it cannot wait').fill('The shop is down.');
    await panel.getByRole('button', { name: 'Go on' }).press('Enter');
    const confirm = panel.getByRole('group', { name: 'Let deploy run without an approval?' });
    expect(await confirm.evaluate((box) => box === document.activeElement)).toBe(true);
    expect(await confirm.textContent()).toMatch(/once.*go on record for good.*critical flag/);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(sent()).toEqual([]);
    await confirm.getByRole('button', { name: 'Go back' }).click();
    expect(await panel.getByLabel('Why it cannot wait').inputValue()).toBe('The shop is down.');
    await panel.getByRole('button', { name: 'Go on' }).click();
    await confirm.getByRole('button', { name: 'Break glass now' }).click();
    await page.getByRole('status').filter({ hasText: 'Glass broken' }).waitFor();
    expect(sent()).toEqual([
      { method: 'POST', path: '/v1/approvals/a-2/break-glass', body: { reason: 'The shop is down.' } },
    ]);
    const broken = await page.getByRole('region', { name: 'Glass was broken' }).textContent();
    expect(broken).toMatch(/ada@example\.com let this call through.*nobody approved it.*The shop is down\./);
    expect(await page.getByRole('button', { name: 'Break glass…' }).count()).toBe(0);
  });

  test('who may not break glass is not offered it, and a broken one never reads as an approval', async () => {
    const { page } = harness;
    await harness.open('/approvals/a-1');
    expect(await page.getByText('break glass', { exact: false }).count()).toBe(0);
    await harness.open('/approvals/a-3');
    const main = (await page.getByRole('main').textContent()) ?? '';
    expect(main).toContain('let through without approval, and used');
    expect(main).not.toMatch(/granted|Decisions/);
  });

  test('an action is claimed, the list says by whom, and it is released again', async () => {
    const { page } = harness;
    await harness.open('/reviews/s-2');
    await page.getByRole('button', { name: 'Claim for four hours' }).click();
    await page.getByRole('status').filter({ hasText: 'Nobody else reviews it for four hours.' }).waitFor();
    await page.getByText('You have claimed it.').waitFor();
    expect(sent()).toEqual([{ method: 'POST', path: '/v1/samples/s-2/claim', body: {} }]);
    await harness.open('/reviews?state=');
    const mine = page.getByRole('row').filter({ hasText: 'create_note' });
    expect(await mine.textContent()).toContain('@');
    const report = page.getByRole('table', { name: 'Reviews by workflow' });
    expect(await report.textContent()).toContain('1,240');
    await harness.open('/reviews/s-2');
    await page.getByRole('button', { name: 'Release' }).click();
    await page.getByRole('status').filter({ hasText: 'Released.' }).waitFor();
    await page.getByText('You have claimed it.').waitFor({ state: 'detached' });
  });

  test('a review needs a verdict and a note', async () => {
    const { page } = harness;
    await harness.open('/reviews/s-2');
    const record = page.getByRole('button', { name: 'Record the review' });
    await record.click();
    await page.getByRole('alert').filter({ hasText: 'Choose a verdict.' }).waitFor();
    await page.getByLabel('needs correction').check();
    await record.click();
    await page.getByRole('alert').filter({ hasText: 'Say what you saw' }).waitFor();
    expect(sent()).toEqual([]);
    await page.getByLabel('Note').fill('Wrong account.');
    await record.click();
    await page.getByRole('status').filter({ hasText: 'Review recorded.' }).waitFor();
    expect(sent()).toEqual([
      {
        method: 'POST',
        path: '/v1/samples/s-2/review',
        body: { verdict: 'needs_correction', note: 'Wrong account.' },
      },
    ]);
  });

  test('a flag is acknowledged, then resolved', async () => {
    const { page } = harness;
    await harness.open('/flags/f-1');
    await page.getByLabel('Note').fill('Looking into it.');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByRole('status').filter({ hasText: 'Flag acknowledged.' }).waitFor();
    await page.getByLabel('Note').fill('Reviewed now.');
    await page.getByRole('button', { name: 'Resolve' }).click();
    await page.getByRole('status').filter({ hasText: 'Flag resolved.' }).waitFor();
    expect(sent().map(({ path, body }) => [path, body])).toEqual([
      ['/v1/flags/f-1/acknowledge', { note: 'Looking into it.' }],
      ['/v1/flags/f-1/resolve', { note: 'Reviewed now.' }],
    ]);
    await page.getByRole('button', { name: 'Resolve' }).waitFor({ state: 'detached' });
  });

  test('an incident says whether its path was reached and who answered, and a flag that is none says nothing', async () => {
    const { page } = harness;
    const panel = page.locator('section:has(#incident)');
    await harness.open('/flags/f-4');
    await panel.getByText('hooks.example.com').waitFor();
    expect(await panel.textContent()).toMatch(
      /delivered.*2, the last: status 204.*in time.*was suspended by it/is,
    );
    await harness.open('/flags/f-2');
    await panel.getByText('1, the last: address not allowed').waitFor();
    expect(await panel.textContent()).toContain('overdue by');
    await harness.open('/flags/f-1');
    await page.getByRole('heading', { name: 'Finding' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await panel.count()).toBe(0);
  });

  test('an owner records a rollback and suspends a workflow', async () => {
    const { page } = harness;
    await harness.open(`/runs/${RUN_ID}`);
    await page.getByLabel('Reason').fill('Wrong customer.');
    await page.getByRole('button', { name: 'Record the rollback' }).click();
    await page.getByRole('status').filter({ hasText: 'Recorded as rolled back.' }).waitFor();
    await harness.open('/workflows/support-triage');
    await page.getByLabel('Reason').fill('Too many escalations.');
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    expect(sent().map(({ path }) => path)).toEqual([
      `/v1/runs/${RUN_ID}/rollback`,
      '/v1/workflows/support-triage/suspend',
    ]);
  });
});

const focused = (page: Page) => page.evaluate(() => document.activeElement?.tagName.toLowerCase());
