import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PANELS, renderPanelSql } from '../src/index.ts';
import { RANGE, seed } from './seed.ts';

type Row = Record<string, unknown>;

/** What each panel has to show for what was stored, worked out by hand. */
const EXPECTED: Readonly<Record<keyof typeof PANELS, readonly Row[]>> = {
  costByDay: [
    { time: '2025-06-02T00:00:00Z', workflow: 'triage', cost_usd: '0.004' },
    { time: '2025-06-03T00:00:00Z', workflow: 'deploy', cost_usd: '0.002' },
  ],
  costAndUnpriced: [
    { day: '2025-06-03', workflow: 'deploy', cost_usd: '0.002', calls: '2', unpriced_calls: '1' },
    { day: '2025-06-02', workflow: 'triage', cost_usd: '0.004', calls: '2', unpriced_calls: '0' },
  ],
  unpricedModels: [
    {
      provider: 'openai',
      model: 'unheard-of',
      reason: 'no_price',
      calls: '1',
      input_tokens: '7',
      output_tokens: '3',
    },
  ],
  runsByStatus: [
    { status: 'completed', runs: '1', other_traces: '0' },
    { status: 'refused', runs: '1', other_traces: '0' },
  ],
  refusalsByReason: [
    { reason: 'out_of_scope', enforcement: 'blocked', calls: '2', runs: '2' },
    { reason: 'over_budget', enforcement: 'blocked', calls: '2', runs: '1' },
    { reason: 'approval_refused', enforcement: 'refused', calls: '1', runs: '1' },
  ],
  approvals: [
    {
      workflow: 'deploy',
      requested: '5',
      refused: '1',
      approved: '1',
      expired: '1',
      waiting: '1',
      median_seconds: 30,
      p90_seconds: 30,
    },
  ],
  openFlags: [
    {
      control: 'budget_breach',
      severity: 'critical',
      open: '1',
      acknowledged: '1',
      past_due: '2',
      oldest: '2025-06-03T10:00:00.000000000Z',
    },
    {
      control: 'unreviewed_sample',
      severity: 'warning',
      open: '1',
      acknowledged: '0',
      past_due: '0',
      oldest: '2025-06-03T10:00:00.000000000Z',
    },
  ],
  overdueSamples: [
    {
      workflow: 'triage',
      owner: 'dana@example.org',
      tool: 'set_status',
      samples: '2',
      due_since: '2025-06-04T10:00:00.000000000Z',
    },
  ],
};

describe('each panel, as the dashboard user reads it', () => {
  let store: ClickHouse;
  const ask = async (query: string): Promise<Row[]> => {
    const result = await store.clients.dashboard.query({ query, format: 'JSONEachRow' });
    return result.json<Row>();
  };

  beforeAll(async () => {
    store = await startTestClickHouse();
    await seed(store);
  });
  afterAll(() => store?.close());

  test.each(Object.entries(PANELS))('%s', async (name, panel) => {
    expect(await ask(renderPanelSql(panel, RANGE))).toEqual(EXPECTED[name as keyof typeof PANELS]);
  });

  test.each(Object.entries(PANELS))('%s answers for a time without anything', async (_name, panel) => {
    const long_ago = { from: new Date('2016-01-01T00:00:00Z'), to: new Date('2016-01-02T00:00:00Z') };
    await expect(ask(renderPanelSql(panel, long_ago))).resolves.toBeInstanceOf(Array);
  });

  test('content, quarantine and writing stay closed to that user', async () => {
    for (const query of [
      'SELECT count() FROM span_content',
      'SELECT count() FROM quarantine',
      'SELECT count() FROM price_lists',
      "INSERT INTO suspensions (workflow) VALUES ('a')",
      'DROP TABLE spans',
    ])
      await expect(ask(query), query).rejects.toMatchObject({ code: expect.stringMatching(/^(497|164)$/) });
  });
});
