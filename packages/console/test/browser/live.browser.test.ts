import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from './chromium.ts';
import { type Harness, startHarness } from './harness.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('a page that is open', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness(chromium ?? '');
  });
  afterAll(() => harness?.close());

  test('shows an approval that somebody asks for, without asking every few seconds', async () => {
    const { page, service } = harness;
    await harness.open('/approvals');
    await expect.poll(() => service.asked.filter((each) => each === 'GET /v1/events').length).toBe(1);
    const asked = () => service.asked.filter((each) => each.startsWith('GET /v1/approvals')).length;
    const before = asked();
    service.askForApproval('told_by_the_service');
    await page.getByText('told_by_the_service').first().waitFor();
    expect(asked()).toBe(before + 1);
    expect(harness.complaints()).toEqual([]);
  });
});
