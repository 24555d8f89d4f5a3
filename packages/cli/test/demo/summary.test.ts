import { describe, expect, it } from 'vitest';
import type { DemoRun } from '../../src/demo/demo-result.ts';
import { demoSummary } from '../../src/demo/summary.ts';

const run: DemoRun = {
  scenario: 'support-reply-refused',
  story: 'An approver refuses a reply and says why.',
  workflow: 'support-triage-and-reply',
  run_id: '0198c3a0-0000-7000-8000-000000000001',
  status: 'refused',
  cost_usd: '0.0011',
  calls: 3,
  unpriced_calls: 0,
};

describe('the summary', () => {
  it('never shows an unknown amount as zero', () => {
    const text = demoSummary({
      runs: [{ ...run, cost_usd: '0', calls: 2, unpriced_calls: 2 }],
      costs: [{ workflow: run.workflow, cost_usd: '0.5', calls: 5, unpriced_calls: 2 }],
      flags: [],
      waiting: [],
    });
    expect(text).toContain('unknown');
    expect(text).toContain('0.5 + 2 unpriced');
  });

  it('puts the gravest flag first, and names its run', () => {
    const flag = { flag_id: 'f', control: 'c', workflow: run.workflow, run_id: run.run_id, summary: 's' };
    const text = demoSummary({
      runs: [run],
      costs: [],
      flags: [
        { ...flag, severity: 'info' },
        { ...flag, severity: 'critical' },
      ],
      waiting: [],
    });
    const flags = text.slice(text.indexOf('Flags'));
    expect(flags.indexOf('critical')).toBeLessThan(flags.indexOf('info'));
    expect(flags).toContain('support-reply-refused');
  });

  it('lets no control character of an agent reach the terminal', () => {
    const summary = 'red \u001b[31m text \u0007 and a \u009b31m';
    const flag = { flag_id: 'f', control: 'c', severity: 'info', workflow: 'w', run_id: null, summary };
    const text = demoSummary({ runs: [], costs: [], flags: [flag], waiting: [] });
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
