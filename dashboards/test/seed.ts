import type { ClickHouse } from '@tollgate/clickhouse';

/** What the tests ask about: a week long ago, and the day before and after it. */
export const RANGE = { from: new Date('2025-06-02T00:00:00Z'), to: new Date('2025-06-09T00:00:00Z') };

const uuid = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const hex = (length: number, number: number): string => number.toString(16).padStart(length, '0');

interface Span {
  readonly at: string;
  readonly run: number;
  readonly attributes: Readonly<Record<string, string>>;
}

const chat = (
  at: string,
  run: number,
  workflow: string,
  model: string,
  tokens: readonly [number, number],
): Span => ({
  at,
  run,
  attributes: {
    'tollgate.run.id': uuid(run),
    'tollgate.workflow': workflow,
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.response.model': model,
    'gen_ai.usage.input_tokens': String(tokens[0]),
    'gen_ai.usage.output_tokens': String(tokens[1]),
  },
});

const gate = (at: string, run: number, call: string, reason: string, enforcement: string): Span => ({
  at,
  run,
  attributes: {
    'tollgate.run.id': uuid(run),
    'tollgate.record': JSON.stringify({
      kind: 'gate_decided',
      run_id: uuid(run),
      call_id: call,
      tool: 't',
      reason,
      enforcement,
    }),
  },
});

const sealed = (at: string, run: number, status: string): Span => ({
  at,
  run,
  attributes: { 'tollgate.run.id': uuid(run), 'tollgate.final_status': status },
});

const SPANS: readonly Span[] = [
  // 1000 × 0.000001 + 100 × 0.00001 = 0.002 dollars each.
  chat('2025-06-02 00:00:00', 1, 'triage', 'priced', [1000, 100]),
  chat('2025-06-02 23:59:59', 1, 'triage', 'priced', [1000, 100]),
  chat('2025-06-03 10:00:00', 2, 'deploy', 'priced', [1000, 100]),
  chat('2025-06-03 11:00:00', 2, 'deploy', 'unheard-of', [7, 3]),
  chat('2025-06-09 00:00:00', 3, 'triage', 'priced', [1000, 100]),
  chat('2025-06-01 23:59:59', 4, 'triage', 'priced', [1000, 100]),
  gate('2025-06-02 01:00:00', 1, 'a', 'out_of_scope', 'blocked'),
  gate('2025-06-02 01:00:01', 1, 'a', 'out_of_scope', 'blocked'),
  gate('2025-06-03 01:00:00', 2, 'b', 'out_of_scope', 'blocked'),
  gate('2025-06-03 01:00:00', 2, 'c', 'approval_refused', 'refused'),
  gate('2025-06-03 01:00:00', 2, '', 'over_budget', 'blocked'),
  gate('2025-06-03 01:00:01', 2, '', 'over_budget', 'blocked'),
  gate('2025-06-03 01:00:00', 2, 'd', 'allowed', 'executed'),
  sealed('2025-06-02 02:00:00', 1, 'completed'),
  sealed('2025-06-03 12:00:00', 2, 'refused'),
];

const approval = (id: string, event: string, at: string, more: object = {}) => ({
  approval_id: id,
  event,
  run_id: uuid(2),
  workflow: 'deploy',
  at,
  expires_at: '2025-06-03 12:00:00',
  record_hash: `${id}${event}${at}`,
  ...more,
});

const flag = (id: string, state: string, at: string, more: object = {}) => ({
  flag_id: id,
  control: 'budget_breach',
  severity: 'critical',
  workflow: 'deploy',
  state,
  at,
  raised_at: '2025-06-03 10:00:00',
  due_at: '2025-06-04 10:00:00',
  record_hash: `${id}${state}`,
  ...more,
});

const sample = (id: string, due_at: string) => ({
  sample_id: id,
  run_id: uuid(1),
  workflow: 'triage',
  owner: 'dana@example.org',
  tool: 'set_status',
  sampled_at: '2025-06-02 10:00:00',
  due_at,
});

const SERVICE_ROWS: Readonly<Record<string, readonly object[]>> = {
  price_book: [
    {
      provider: 'openai',
      model: 'priced',
      entries: [
        {
          price_id: 'p1',
          valid_from: '2024-01-01 00:00:00',
          valid_until: '2262-01-01 00:00:00',
          above: -1,
          ...{ input: '0.000001', cache_read: '0.000001', cache_creation: '0.000001' },
          ...{ output: '0.00001', reasoning: '0.00001', cache_creation_1h: null },
          price_version: '1',
        },
      ],
    },
  ],
  approvals: [
    approval('quick', 'requested', '2025-06-03 10:00:00'),
    approval('quick', 'decided', '2025-06-03 10:00:10', { decision: 'approve', actor: 'x' }),
    approval('four-eyes', 'requested', '2025-06-03 10:00:00'),
    approval('four-eyes', 'decided', '2025-06-03 10:00:05', { decision: 'approve', actor: 'x' }),
    approval('four-eyes', 'decided', '2025-06-03 10:00:30', { decision: 'refuse', actor: 'y' }),
    approval('nobody', 'requested', '2025-06-03 10:00:00'),
    approval('nobody', 'expired', '2025-06-03 12:00:00'),
    approval('taken back', 'requested', '2025-06-03 10:00:00', { expires_at: '2099-01-01 00:00:00' }),
    approval('taken back', 'withdrawn', '2025-06-03 10:01:00', { expires_at: '2099-01-01 00:00:00' }),
    approval('open', 'requested', '2025-06-03 10:00:00', { expires_at: '2099-01-01 00:00:00' }),
    approval('later', 'requested', '2025-06-09 00:00:00'),
  ],
  flags: [
    flag('f1', 'open', '2025-06-03 10:00:00'),
    flag('f2', 'open', '2025-06-03 10:00:00'),
    flag('f2', 'acknowledged', '2025-06-03 11:00:00'),
    flag('f3', 'open', '2025-06-03 10:00:00'),
    flag('f3', 'resolved', '2025-06-03 11:00:00'),
    flag('f4', 'open', '2025-06-03 10:00:00', {
      control: 'unreviewed_sample',
      severity: 'warning',
      due_at: null,
    }),
  ],
  samples: [
    sample('reviewed', '2025-06-04 10:00:00'),
    sample('overdue', '2025-06-04 10:00:00'),
    sample('also overdue', '2025-06-05 10:00:00'),
    sample('not yet', '2099-01-01 00:00:00'),
  ],
  reviews: [{ sample_id: 'reviewed', reviewed_at: '2025-06-05 10:00:00', verdict: 'acceptable' }],
};

/** Fills a store as collector and service do: prices first, then spans through the landing table. */
export async function seed({ clients }: Pick<ClickHouse, 'clients'>): Promise<void> {
  for (const [table, values] of Object.entries(SERVICE_ROWS))
    await clients.service.insert({ table, values, format: 'JSONEachRow' });
  const rows = SPANS.map(({ at, run, attributes }, index) => ({
    Timestamp: `${at}.000000000`,
    TraceId: hex(32, run),
    SpanId: hex(16, index + 1),
    SpanName: 's',
    SpanKind: 'Internal',
    StatusCode: 'Ok',
    ScopeName: 'test',
    SpanAttributes: attributes,
  }));
  await clients.landing.insert({ table: 'otlp_spans', values: rows, format: 'JSONEachRow' });
}
