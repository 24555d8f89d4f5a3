import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, count, land, type Row } from '../support/landing.ts';
import { PRICES, report, seedPrices, setPrice, totalOf } from '../support/model-call.ts';

const TABLES = ['spans', 'span_content', 'model_calls', 'evidence_records', 'tool_calls'] as const;

/** A model call that also carries content and a record of a tool call, so that every table gets a row of it. */
function everything(run: string): Row {
  const record = {
    schema: 'tollgate.record/1',
    run_id: run,
    writer: randomUUID(),
    seq: 0,
    kind: 'gate_decided',
    call_id: 'c1',
  };
  return report({
    run,
    attributes: { 'tollgate.record': JSON.stringify(record), 'gen_ai.input.messages': '[]' },
  });
}

describe('a span that comes again', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse();
    await seedPrices(store);
  });
  afterAll(() => store.close());

  const rowsOf = async (run: string, settings = '') => {
    const counts: Record<string, number> = {};
    for (const table of TABLES)
      counts[table] = await count(
        store.clients.reader,
        `SELECT count() FROM ${table} WHERE run_id = {run:UUID} ${settings}`,
        { run },
      );
    return counts;
  };
  const each = (rows: number) => Object.fromEntries(TABLES.map((table) => [table, rows]));

  it('is stored once in every table when the batch is sent again under its token', async () => {
    const run = randomUUID();
    const rows = [everything(run), everything(run)];
    const token = randomUUID();
    await land(store, rows, token);
    await land(store, rows, token);
    expect(await rowsOf(run, 'SETTINGS final = 0')).toEqual(each(2));
  });

  it('counts once in every table at once, before anything is merged, in whatever batches and order it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 6 }), {
          minLength: 1,
          maxLength: 4,
        }),
        async (spans, batches) => {
          const run = randomUUID();
          const rows = Array.from({ length: spans }, () => everything(run));
          await land(store, rows);
          for (const batch of batches)
            await land(
              store,
              batch.flatMap((index) => rows[index % spans] ?? []),
            );
          expect(await rowsOf(run)).toEqual(each(spans));
          const { calls, cost } = await totalOf(store, run);
          expect({ calls, cost }).toEqual({ calls: spans, cost: `0.000${2 * spans}` });
        },
      ),
      { numRuns: 6 },
    );
  });

  it('keeps the time of its first receipt and the price of its first insert', async () => {
    const run = randomUUID();
    const span = everything(run);
    await land(store, [span]);
    const read = () =>
      ask(
        store.clients.reader,
        'SELECT cost, price_version, received_at FROM model_calls WHERE run_id = {run:UUID}',
        { run },
      );
    const before = await read();
    const dearer = { ...PRICES, input: '1', output: '1' };
    await setPrice(store, 'acme-large-2026', [{ rates: dearer, price_version: 'test/2' }]);
    await land(store, [span]);
    await store.clients.owner.command({ query: 'OPTIMIZE TABLE model_calls FINAL' });
    expect(await read()).toEqual(before);
    await seedPrices(store);
  });

  it('stays beside the other one when its content differs, counts as well, and is listed', async () => {
    const run = randomUUID();
    const first = everything(run);
    const second = {
      ...first,
      SpanAttributes: { ...first.SpanAttributes, 'gen_ai.usage.output_tokens': '51' },
    };
    await land(store, [first]);
    await land(store, [second, first]);
    expect(await rowsOf(run)).toEqual(each(2));
    expect(await totalOf(store, run)).toEqual({ calls: 2, unpriced: 0, cost: '0.000402' });
    const conflicts = await ask(
      store.clients.reader,
      'SELECT lower(hex(span_id)) AS span_id, versions FROM conflicting_spans WHERE run_id = {run:UUID}',
      { run },
    );
    expect(conflicts).toEqual([{ span_id: first.SpanId, versions: '2' }]);
  });

  it('is one row through whichever collectors one principal sends it, and a claim of each where two principals do', async () => {
    const run = randomUUID();
    const first = everything(run);
    const copied = {
      ...first,
      ResourceAttributes: { ...first.ResourceAttributes, 'tollgate.principal': 'somebody-else' },
    };
    await land(store, [first]);
    await land(store, [first]);
    expect(await rowsOf(run)).toEqual(each(1));
    // Merging the two would let whoever knows an id come first, and take the span away from who made it.
    await land(store, [copied]);
    expect(await rowsOf(run)).toEqual(each(2));
    const conflicts = await ask(
      store.clients.reader,
      'SELECT arraySort(principals) AS principals, differing FROM conflicting_spans WHERE run_id = {run:UUID}',
      { run },
    );
    expect(conflicts).toEqual([{ principals: ['ci', 'somebody-else'], differing: ['principal'] }]);
  });

  it('says what disagrees, and nothing where it is content alone', async () => {
    const differing = async (change: Partial<Row>) => {
      const run = randomUUID();
      const first = everything(run);
      await land(store, [first, { ...first, ...change }]);
      const [conflict] = await ask<{ differing: string[] }>(
        store.clients.reader,
        'SELECT differing FROM conflicting_spans WHERE run_id = {run:UUID}',
        { run },
      );
      return conflict?.differing;
    };
    expect(await differing({ Duration: '8', SpanName: 'chat x' })).toEqual(['time', 'name']);
    expect(await differing({ ParentSpanId: 'aaaaaaaaaaaaaaaa' })).toEqual(['place']);
    expect(await differing({ StatusCode: 'Error' })).toEqual(['status']);
    expect(await differing({ StatusMessage: 'm' })).toEqual([]);
  });

  it('is another span as soon as any column of the exporter differs', async () => {
    const run = randomUUID();
    const span = everything(run);
    const { TraceId, SpanId, ...others } = span;
    const changes: Partial<Row>[] = [
      { Timestamp: String(BigInt(span.Timestamp) + 1n) },
      { ParentSpanId: 'aaaaaaaaaaaaaaaa' },
      { TraceState: 'a=b' },
      { SpanName: 'chat x' },
      { SpanKind: 'Client' },
      { ServiceName: 'other' },
      { ResourceAttributes: { ...span.ResourceAttributes, x: 'y' } },
      { ScopeName: 'sdk1', ScopeVersion: '' },
      { ScopeVersion: '2' },
      { Duration: '8' },
      { StatusCode: 'Error' },
      { StatusMessage: 'm' },
      { 'Events.Timestamp': ['1'], 'Events.Name': ['e'], 'Events.Attributes': [{}] },
      {
        'Links.TraceId': [TraceId],
        'Links.SpanId': [SpanId],
        'Links.TraceState': [''],
        'Links.Attributes': [{}],
      },
    ];
    await land(store, [span, ...changes.map((change) => ({ TraceId, SpanId, ...others, ...change }))]);
    const hashes = await count(
      store.clients.reader,
      'SELECT uniqExact(span_hash) FROM spans WHERE run_id = {run:UUID}',
      { run },
    );
    expect(hashes).toBe(changes.length + 1);
  });
});
