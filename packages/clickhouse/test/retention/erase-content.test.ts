import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClickHouse, eraseContent } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, count, land, type Row, row } from '../support/landing.ts';

const AS = { by: 'ada@example.com', reason: 'asked to' } as const;

describe('erasing content', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse();
  });
  afterAll(() => store.close());

  const spanOf = (run: string, said: Partial<Row> = {}): Row =>
    row({
      StatusMessage: 'secret of the status',
      SpanAttributes: {
        'tollgate.run.id': run,
        'tollgate.workflow': 'triage',
        'tollgate.record': '{"kind":"run_started","seq":0}',
        'gen_ai.input.messages': 'secret',
      },
      'Events.Timestamp': ['1'],
      'Events.Name': ['e'],
      'Events.Attributes': [{ said: 'secret of an event' }],
      ...said,
    });
  const rowsOf = (table: string, run: string) =>
    count(store.clients.reader, `SELECT count() FROM ${table} WHERE run_id = {run:UUID}`, { run });

  it('of a run takes all of it, and nothing of another run nor of the evidence', async () => {
    const [run, other] = [randomUUID(), randomUUID()];
    await land(store, [spanOf(run), spanOf(run), spanOf(other)]);
    const evidence = (of: string) =>
      ask(store.clients.reader, 'SELECT * FROM evidence_records WHERE run_id = {of:UUID} ORDER BY span_id', {
        of,
      });
    const before = await evidence(run);
    expect(await eraseContent(store.clients.owner, { kind: 'runs', run_ids: [run] }, AS)).toEqual({
      ...{ kind: 'erased', runs: [run], spans: 2, quarantined: 0 },
    });
    expect([await rowsOf('span_content', run), await rowsOf('span_content', other)]).toEqual([0, 1]);
    expect(await rowsOf('spans', run)).toBe(2);
    expect(await evidence(run)).toEqual(before);
    // In the files, and not only for readers: no active part has the text.
    const raw = await count(
      store.clients.owner,
      `SELECT count() FROM span_content WHERE run_id = {run:UUID} SETTINGS apply_deleted_mask = 0, final = 0`,
      { run },
    );
    expect(raw).toBe(0);
  });

  it('of a span leaves the others of its run', async () => {
    const run = randomUUID();
    const [first, second] = [spanOf(run), spanOf(run)];
    await land(store, [first, second]);
    const { TraceId: trace_id, SpanId: span_id } = first;
    const erasure = await eraseContent(
      store.clients.owner,
      { kind: 'span', run_id: run, trace_id, span_id },
      AS,
    );
    expect(erasure).toMatchObject({ spans: 1 });
    const left = await ask(
      store.clients.reader,
      'SELECT lower(hex(span_id)) AS id FROM span_content WHERE run_id = {run:UUID}',
      { run },
    );
    expect(left).toEqual([{ id: second.SpanId }]);
  });

  it('holds when the spans are sent again, also to content that comes later', async () => {
    const [run, part] = [randomUUID(), randomUUID()];
    const [whole, one, another] = [spanOf(run), spanOf(part), spanOf(part)];
    await land(store, [whole, one, another]);
    const { TraceId: trace_id, SpanId: span_id } = one;
    await eraseContent(store.clients.owner, { kind: 'runs', run_ids: [run] }, AS);
    await eraseContent(store.clients.owner, { kind: 'span', run_id: part, trace_id, span_id }, AS);
    await land(store, [whole, one, another, { ...one, StatusMessage: 'other content' }, spanOf(run)]);
    expect([await rowsOf('span_content', run), await rowsOf('span_content', part)]).toEqual([0, 1]);
    expect([await rowsOf('spans', run), await rowsOf('spans', part)]).toEqual([2, 3]);
  });

  it('reaches what lies in quarantine', async () => {
    const [run, other] = [randomUUID(), randomUUID()];
    const [here, elsewhere] = [spanOf(run, { TraceId: 'x' }), spanOf(other, { TraceId: 'x' })];
    await land(store, [here, spanOf(run.toUpperCase(), { TraceId: 'x' }), elsewhere]);
    expect(await eraseContent(store.clients.owner, { kind: 'runs', run_ids: [run] }, AS)).toMatchObject({
      quarantined: 2,
    });
    const raw = await ask<{ raw: string }>(store.clients.reader, 'SELECT raw FROM quarantine');
    expect(raw.filter((each) => each.raw.toLowerCase().includes(run))).toEqual([]);
    expect(raw.filter((each) => each.raw.includes(other))).toHaveLength(1);
  });

  /** What a collector makes of a span that it could not read. */
  const undecodable = (raw: object) =>
    store.clients.landing.insert({
      table: 'undecodable_spans',
      values: [
        {
          reason: 'malformed_span',
          message: '',
          principal: 'ci',
          trace_id: '',
          span_id: '',
          raw: JSON.stringify(raw),
        },
      ],
      format: 'JSONEachRow',
    });
  const quarantined = () => count(store.clients.reader, 'SELECT count() FROM quarantine', {});

  it('reaches what could not be read, and what was cut before it named its run', async () => {
    await store.clients.owner.command({ query: 'TRUNCATE TABLE quarantine' });
    const [run, other] = [randomUUID(), randomUUID()];
    const bytesOf = (id: string) => Buffer.concat([Buffer.of(0, 255, 10), Buffer.from(id), Buffer.of(0)]);
    const trace = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex');
    const long = (id: string) =>
      spanOf(id, { TraceId: 'x', SpanAttributes: { a: 'secret '.repeat(12_000), 'tollgate.run.id': id } });
    for (const id of [run, other]) {
      await undecodable({ protobuf: bytesOf(id).toString('base64') });
      await undecodable({ protobuf: trace(id).toString('base64') });
      await undecodable({ traceId: id.replaceAll('-', ''), name: 7 });
    }
    expect(await eraseContent(store.clients.owner, { kind: 'runs', run_ids: [run] }, AS)).toMatchObject({
      quarantined: 3,
    });
    expect(await quarantined()).toBe(3);
    await land(store, [long(run)]);
    await undecodable({ truncated: true, bytes: 99_999, protobuf: 'AAAA' });
    await undecodable({ bytes: 7, body: 'H4sIAAAAAAAA' });
    expect(await eraseContent(store.clients.owner, { kind: 'runs', run_ids: [run] }, AS)).toMatchObject({
      quarantined: 3,
    });
    expect(await quarantined()).toBe(3);
  });

  it('of a span reaches it also where it could not be read', async () => {
    await store.clients.owner.command({ query: 'TRUNCATE TABLE quarantine' });
    const run_id = randomUUID();
    const [first, second] = [spanOf(run_id), spanOf(run_id)];
    for (const { TraceId, SpanId } of [first, second]) {
      await undecodable({ protobuf: Buffer.from(`0a10${TraceId}1208${SpanId}`, 'hex').toString('base64') });
      await undecodable({ traceId: TraceId.toUpperCase(), spanId: SpanId, name: 7 });
    }
    const { TraceId: trace_id, SpanId: span_id } = first;
    const target = { kind: 'span', run_id, trace_id, span_id } as const;
    expect(await eraseContent(store.clients.owner, target, AS)).toMatchObject({ quarantined: 2 });
    expect(await quarantined()).toBe(2);
  });

  it('of several runs reaches each of them and no other, and is counted before', async () => {
    const runs = [randomUUID(), randomUUID()];
    const other = randomUUID();
    await land(store, [...runs.map((run) => spanOf(run)), spanOf(other)]);
    const target = { kind: 'runs', run_ids: runs } as const;
    expect(await store.disposal.count(target)).toEqual({ spans: 2, quarantined: 0 });
    expect(await store.disposal.erase(target, AS)).toMatchObject({ runs, spans: 2 });
    expect(await store.disposal.count(target)).toEqual({ spans: 0, quarantined: 0 });
    expect(await rowsOf('span_content', other)).toBe(1);
    const none = { kind: 'runs', run_ids: [] } as const;
    expect(await store.disposal.erase(none, AS)).toMatchObject({ runs: [], spans: 0 });
  });

  it('erases nothing where one of the runs is on legal hold', async () => {
    const [run, other] = [randomUUID(), randomUUID()];
    await land(store, [spanOf(run), spanOf(other)]);
    await store.clients.service.insert({
      table: 'held_runs',
      values: [{ run_id: run, hold_id: randomUUID() }],
      format: 'JSONEachRow',
    });
    const erasure = await store.disposal.erase({ kind: 'runs', run_ids: [other, run] }, AS);
    expect(erasure).toEqual({ kind: 'held', runs: [run] });
    expect([await rowsOf('span_content', run), await rowsOf('span_content', other)]).toEqual([1, 1]);
  });
});
