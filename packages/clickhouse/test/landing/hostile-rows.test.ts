import { randomUUID } from 'node:crypto';
import { ATTRIBUTE_SOURCES, MODEL_CALL_MARKERS, SCOPE_RULES } from '@tollgate/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, count, land, type Row, row, START, spanId, traceId } from '../support/landing.ts';
import { seedPrices } from '../support/model-call.ts';

const NASTY = [
  '',
  '\0',
  '\n\nDROP TABLE spans',
  "'); DROP TABLE tollgate.spans; --",
  '1110.0',
  '-1',
  '18446744073709551615',
  '18446744073709551616',
  '1e999',
  'NaN',
  '٣',
  '{',
  '[[[[[[',
  '{"run_id":1,"seq":"x","kind":{},"time":[]}',
  `{"kind":"gate_decided","action_class":-3,"seq":1e400,"writer":"${randomUUID()}"}`,
  `{"kind":"tool_finished","time":"99999999999999999999999"}`,
  '[['.repeat(2000),
  'x'.repeat(20_000),
  '1000000000',
  '{"anthropic":{"cacheCreationInputTokens":1e400,"usage":{"service_tier":[],"cache_creation":null}}}',
  '{"anthropic":{"cacheReadInputTokens":"\\u0000","usage":"x"},"openai":{"serviceTier":{},"reasoningTokens":-7}}',
  '💥\u{10FFFF}',
  '00000000-0000-0000-0000-000000000000',
  randomUUID(),
] as const;

const text = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 40 }));
const int64 = fc.oneof(
  fc.constantFrom(0n, -1n, START, 4_102_444_800_000_000_000n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const uint64 = fc.oneof(
  fc.constantFrom(0n, 1n, 2n ** 64n - 1n, 2n ** 63n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const name = fc.oneof(
  fc.constantFrom(
    'tollgate.record',
    'tollgate.run.id',
    'tollgate.workflow',
    'tollgate.principal.workflows',
    'tollgate.cost.usd',
    'tollgate.action.class',
    'gen_ai.operation.name',
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.response.id',
    'gen_ai.provider.name',
    'gen_ai.request.model',
    'service.instance.id',
    'process.pid',
  ),
  text,
);
/** Everything by which the conventions recognise a model call and read its usage. */
const known = fc.constantFrom(
  ...MODEL_CALL_MARKERS.map(({ attribute }) => attribute),
  ...Object.values(ATTRIBUTE_SOURCES).flatMap((sources) => sources.map(({ attribute }) => attribute)),
);
const said = fc.constantFrom(
  ...MODEL_CALL_MARKERS.flatMap(({ calls }) => calls),
  ...['acme', 'acme-large-2026', 'ai.generateText.doGenerate', 'flex', '900', '80'],
);
const scope = fc.constantFrom(...SCOPE_RULES.map((rule) => rule.scope.replace('*', 'x')));
const version = fc.constantFrom('', '0', '1.2.3', 'v', '1..', '99999999999999999999.1', '1.0-beta');

const attributes = fc.dictionary(fc.oneof(name, known), fc.oneof(text, said), { maxKeys: 12 });
const nested = fc.array(attributes, { maxLength: 3 });

/** Half of them have ids and times that pass, so that every view gets to see hostile values. */
const hostile: fc.Arbitrary<Row> = fc
  .record({
    good: fc.boolean(),
    Timestamp: int64,
    TraceId: text,
    SpanId: text,
    ParentSpanId: fc.oneof(fc.constant(''), text),
    TraceState: text,
    SpanName: text,
    SpanKind: text,
    ServiceName: text,
    ResourceAttributes: attributes,
    ScopeName: fc.oneof(text, scope),
    ScopeVersion: fc.oneof(text, version),
    SpanAttributes: attributes,
    Duration: uint64,
    StatusCode: text,
    StatusMessage: text,
    events: nested,
    links: nested,
    time: int64,
  })
  .map(({ good, events, links, time, ...said }) => ({
    ...said,
    ...(good
      ? { TraceId: traceId(), SpanId: spanId(), ParentSpanId: '', Duration: '7' }
      : { Duration: `${said.Duration}` }),
    Timestamp: `${good ? START : said.Timestamp}`,
    'Events.Timestamp': events.map(() => `${time}`),
    'Events.Name': events.map(() => said.SpanName),
    'Events.Attributes': events,
    'Links.TraceId': links.map(() => said.TraceId),
    'Links.SpanId': links.map(() => said.SpanId),
    'Links.TraceState': links.map(() => said.TraceState),
    'Links.Attributes': links,
  }));

describe('the landing table', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse();
    await seedPrices(store);
  });
  afterAll(() => store.close());

  const stored = async () => ({
    spans: await count(store.clients.reader, 'SELECT count() FROM spans'),
    quarantined: await count(store.clients.reader, 'SELECT count() FROM quarantine'),
  });

  it('takes any row without an error, and has it in spans or in quarantine afterwards, never in both', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { minLength: 1, maxLength: 40 }), async (rows) => {
        const tag = randomUUID();
        const tagged = rows.map((each, index) => ({ ...each, ServiceName: `${tag}/${index}` }));
        const before = await stored();
        await land(store, tagged);
        const after = await stored();
        expect(after.spans + after.quarantined - before.spans - before.quarantined).toBe(rows.length);
      }),
      { numRuns: 20 },
    );
  });

  it('names the reason of each refusal', async () => {
    const day = 86_400_000_000_000n;
    const cases: [Partial<Row>, string][] = [
      [{ TraceId: '' }, 'bad_trace_id'],
      [{ TraceId: '0'.repeat(32) }, 'bad_trace_id'],
      [{ TraceId: 'A'.repeat(32) }, 'bad_trace_id'],
      [{ SpanId: 'zz' }, 'bad_span_id'],
      [{ ParentSpanId: 'parent' }, 'bad_parent_span_id'],
      [{ Timestamp: '0' }, 'time_too_early'],
      [{ Timestamp: (BigInt(Date.now()) * 1_000_000n + 2n * day).toString() }, 'time_in_the_future'],
      [{ Timestamp: (2n ** 63n - 1n).toString() }, 'time_in_the_future'],
      [{ Duration: (2n ** 64n - 1n).toString() }, 'bad_duration'],
      [{ SpanAttributes: { 'tollgate.run.id': 'mine' } }, 'bad_run_id'],
      [
        { ResourceAttributes: { 'tollgate.principal.workflows': '[]', 'tollgate.workflow': 'w' } },
        'workflow_not_allowed',
      ],
    ];
    const principal = randomUUID();
    for (const [said] of cases) {
      const ResourceAttributes = { ...said.ResourceAttributes, 'tollgate.principal': principal };
      await land(store, [row({ ...said, ResourceAttributes })]);
    }
    const reasons = await ask<{ reason: string }>(
      store.clients.reader,
      'SELECT reason FROM quarantine WHERE principal = {principal:String}',
      { principal },
    );
    expect(reasons.map(({ reason }) => reason).sort()).toEqual(cases.map(([, reason]) => reason).sort());
  });

  it('takes a batch whose spans lie in more months than a server lets into one insert', async () => {
    const first = Date.UTC(2015, 1, 1);
    const rows = Array.from({ length: 120 }, (_, month) =>
      row({
        Timestamp: (BigInt(first + month * 30.5 * 86_400_000) * 1_000_000n).toString(),
        ServiceName: 'months',
      }),
    );
    await land(store, rows);
    expect(await count(store.clients.reader, `SELECT count() FROM spans WHERE service = 'months'`)).toBe(120);
  });

  it('keeps what could not be decoded, bounded', async () => {
    const principal = randomUUID();
    await store.clients.landing.insert({
      table: 'undecodable_spans',
      values: [
        {
          reason: 'bad_utf8',
          message: 'm',
          principal,
          trace_id: 't',
          span_id: 's',
          raw: 'x'.repeat(200_000),
        },
      ],
      format: 'JSONEachRow',
    });
    const rows = await ask(
      store.clients.reader,
      'SELECT reason, message, trace_id, span_id, length(raw) AS bytes FROM quarantine WHERE principal = {principal:String}',
      { principal },
    );
    expect(rows).toEqual([{ reason: 'bad_utf8', message: 'm', trace_id: 't', span_id: 's', bytes: '65536' }]);
  });
});
