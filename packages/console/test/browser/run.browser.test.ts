import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from './chromium.ts';
import { type Harness, startHarness } from './harness.ts';
import { RUN_ID } from './service/data.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('what a run’s page says', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness(chromium ?? '');
  });
  afterAll(() => harness?.close());
  afterEach(() => {
    expect(harness.complaints()).toEqual([]);
  });
  const openRun = async (content: boolean) => {
    await harness.open(`/runs/${RUN_ID}`);
    if (!content) return;
    await harness.page.getByRole('button', { name: 'Show content' }).click();
    await harness.page.getByRole('button', { name: 'Hide content' }).waitFor();
    await harness.page.getByText('The contract ends on 31 December.').first().waitFor();
  };

  test('facts from a source and inferences stand apart, in words, shape and picture', async () => {
    const { page } = harness;
    await openRun(true);
    const panel = page.getByRole('region', { name: 'What the output rests on' });
    const source = panel.getByRole('region', { name: 'From a source (2)' });
    const inference = panel.getByRole('region', { name: 'The model’s inference (1)' });
    expect(await source.getByRole('listitem').allTextContents()).toEqual([
      'from a sourceThe contract ends on 31 December.SystemcrmReferenceaccount/42',
      expect.stringMatching(/^from a sourcewithheld .*Systembilling/),
    ]);
    expect(await inference.textContent()).toMatch(
      /inferred by the model.*likely to renew.*Modelgpt-4\.1-mini/,
    );
    const shapes = [source, inference].map((one) =>
      one.evaluate((section) => [
        getComputedStyle(section.querySelector('.fact') ?? section).borderTopStyle,
        section.querySelector('.picture path')?.getAttribute('d'),
      ]),
    );
    const [a, b] = await Promise.all(shapes);
    expect(a?.[0]).not.toBe(b?.[0]);
    expect(a?.[1]).not.toBe(b?.[1]);
  });

  test('which is which is seen without reading any content', async () => {
    await openRun(false);
    const panel = harness.page.getByRole('region', { name: 'What the output rests on' });
    expect(await panel.textContent()).toMatch(/From a source \(2\).*crm.*account\/42/);
    expect(await panel.textContent()).not.toContain('31 December');
  });

  test('a handover says to whom and why', async () => {
    await openRun(true);
    const panel = harness.page.getByRole('region', { name: 'Handed over to a person' });
    expect(await panel.textContent()).toMatch(
      /to olga@example\.com, because:The customer threatens to sue\./,
    );
  });

  test('a resumed run says so, and which process wrote what', async () => {
    const { page } = harness;
    await openRun(false);
    expect(await page.getByRole('region', { name: 'In short' }).textContent()).toMatch(
      /Resumedonce by another process, last at .* with the key of support-agent/,
    );
    const writers = await page.getByRole('table', { name: 'Writers' }).textContent();
    expect(writers).toMatch(/process 1, which started the run.*not stated.*process 2, which resumed the run/);
    const ended = page.locator('.entry').filter({ hasText: 'Run ended and sealed' });
    expect(await ended.textContent()).toContain('said by the agent’s process 2');
    await page.getByText('Unproven, and no sign of tampering').waitFor();
  });

  test('an unknown outcome is explained, in the table and in the evidence', async () => {
    const { page } = harness;
    await openRun(false);
    const table = await page.getByRole('table', { name: 'Tool calls' }).textContent();
    expect(table).toContain('its result was never seen: it may have happened');
    expect(table).toContain('It was not made a second time.');
    const evidence = page.getByRole('region', { name: 'Evidence', exact: true });
    expect(await evidence.textContent()).toContain('its result was never seen: it may have happened');
  });

  test('masked and cut content says so where it stands', async () => {
    const { page } = harness;
    await openRun(true);
    const finished = page.locator('.entry').filter({ hasText: 'read_ticket' }).last();
    const said = await finished.textContent();
    expect(said).toMatch(/Arguments masked in part.*\[masked\]/s);
    expect(said).toMatch(/Result cut.*of 300,000 characters/s);
    expect(said).not.toContain('tollgate_truncated');
  });

  test('no word of a record is left as a code', async () => {
    const { page } = harness;
    await openRun(false);
    // Without the records themselves, which are there verbatim.
    const text = (await page.locator('.record > :not(details)').allTextContents()).join('\n');
    for (const code of ['glass_not_allowed', 'break_glass', 'per_run', 'budget_warned', 'already_dispatched'])
      expect(text).not.toContain(code);
    expect(text).toContain('The workflow does not let this person break glass.');
    expect(text).toContain('2026-09-21 14:13:20');
  });
});
