import { readFileSync } from 'node:fs';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LandingBlock } from '../../src/block/landing-block.ts';
import type { LandingRow } from '../../src/index.ts';
import { jsonBodies } from '../support/json-requests.ts';
import { insertNative, insertRows } from '../support/native.ts';
import { reference } from '../support/reference.ts';
import { protobufBodies } from '../support/requests.ts';
import { asJson, SOURCE } from '../support/source.ts';
import * as wire from '../support/wire.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
  const { owner } = store.clients;
  for (const table of ['from_block', 'from_model'])
    await owner.command({ query: `CREATE TABLE ${table} AS otlp_spans ENGINE = Memory` });
});
afterAll(() => store.close());

/** Every column of every row, in the order in which they were inserted; maps with their order and their repeated keys. */
async function lines(table: string): Promise<string[]> {
  const query = `SELECT * REPLACE (toUnixTimestamp64Nano(Timestamp) AS Timestamp,
    arrayMap(t -> toUnixTimestamp64Nano(t), \`Events.Timestamp\`) AS \`Events.Timestamp\`) FROM ${table}`;
  const clickhouse_settings = { max_threads: 1 };
  const result = await store.clients.owner.query({ query, format: 'JSONEachRow', clickhouse_settings });
  return (await result.text()).trimEnd().split('\n');
}

async function single(query: string): Promise<unknown> {
  const result = await store.clients.reader.query({ query, format: 'JSONCompactEachRow' });
  return (await result.json<unknown[]>())[0]?.[0];
}

/** A block of everything in some bodies that can be stored, and the rows that it has to hold. */
function filled(block: LandingBlock, bodies: readonly Buffer[], source = SOURCE): LandingRow[] {
  const rows: LandingRow[] = [];
  for (const body of bodies) {
    rows.push(...reference(body, source).rows);
    block.append(body, source);
  }
  return rows;
}

async function expectSame(block: LandingBlock, rows: readonly LandingRow[]) {
  const { owner } = store.clients;
  const { rows: count, parts } = block.native();
  expect(count).toBe(rows.length);
  for (const table of ['from_block', 'from_model']) await owner.command({ query: `TRUNCATE TABLE ${table}` });
  await insertNative(owner, 'from_block', parts);
  block.reset();
  await insertRows(owner, 'from_model', rows);
  const [stored, model] = [await lines('from_block'), await lines('from_model')];
  const different = stored.findIndex((line, i) => line !== model[i]);
  expect(stored[different]).toBe(model[different]);
  expect(stored).toHaveLength(model.length);
}

test('ClickHouse reads the block as the rows of the model, column by column', {
  timeout: 120_000,
}, async () => {
  const block = new LandingBlock();
  const bodies = fc.array(fc.tuple(protobufBodies, jsonBodies), { minLength: 8, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(bodies, async (sets) => {
      const rows = sets.flatMap(([protobuf, json]) => [
        ...filled(block, protobuf),
        ...filled(block, json, asJson(SOURCE)),
      ]);
      await expectSame(block, rows);
    }),
    { numRuns: 8 },
  );
});

test('requests of the real exporter arrive as its rows', async () => {
  const file = new URL('../golden/generated/exporter-rows.json', import.meta.url);
  const golden: { protobuf: string; json: string }[] = JSON.parse(readFileSync(file, 'utf8'));
  const block = new LandingBlock();
  const protobuf = golden.map((request) => Buffer.from(request.protobuf, 'base64'));
  const json = golden.filter((request) => request.json !== '').map((request) => Buffer.from(request.json));
  await expectSame(block, [...filled(block, protobuf), ...filled(block, json, asJson(SOURCE))]);
});

test('more than 65,536 names and keys keep apart, and a block is small again after them', async () => {
  const { owner } = store.clients;
  const block = new LandingBlock();
  const bodies = Array.from({ length: 265 }, (_, body) =>
    wire.request(
      Array.from({ length: 250 }, (_, i) =>
        wire.span(`${body * 250 + i}`, wire.attribute(9, `k${body * 250 + i}`, wire.int(3, i))),
      ),
      [wire.attribute(1, 'service.name', wire.text(`service ${body}`))],
    ),
  );
  for (const body of bodies) block.append(body, SOURCE);
  await owner.command({ query: 'TRUNCATE TABLE from_block' });
  await insertNative(owner, 'from_block', block.native().parts);
  block.reset();
  const seen = `SELECT [count(), uniqExact(SpanName), uniqExact(mapKeys(SpanAttributes)), uniqExact(ServiceName),
    countIf(mapKeys(SpanAttributes)[1] = concat('k', SpanName) AND mapValues(SpanAttributes)[1] = toString(toUInt32(SpanName) % 250)),
    countIf(ServiceName = concat('service ', toString(intDiv(toUInt32(SpanName), 250))))] FROM from_block`;
  expect(await single(seen)).toEqual(['66250', '66250', '66250', '265', '66250', '66250']);
  await expectSame(block, filled(block, bodies.slice(0, 1)));
});

test('the landing user may insert Native, and every span has the hash that its JSON row has', async () => {
  const { landing } = store.clients;
  const block = new LandingBlock();
  const bodies = fc.sample(protobufBodies, { numRuns: 100, seed: 7 }).flat();
  const rows = filled(block, bodies);
  const state = 'SELECT [uniqExact(run_id, start, trace_id, span_id, span_hash), count()] FROM spans';
  const refused = 'SELECT [uniqExact(reason, row_hash), count()] FROM quarantine';
  await insertNative(landing, 'otlp_spans', block.native().parts);
  const stored = [await single(state), await single(refused)];
  expect(stored).not.toContainEqual(['0', '0']);
  await insertRows(landing, 'otlp_spans', rows);
  expect([await single(state), await single(refused)]).toEqual(stored);
});

test('what is no block is refused whole, and harms nothing', async () => {
  const { landing } = store.clients;
  const block = new LandingBlock();
  const counts = () =>
    single('SELECT [(SELECT count() FROM spans), (SELECT count() FROM quarantine)] AS counts');
  const before = await counts();
  filled(block, [wire.request([wire.span('good'), wire.span('good too')])]);
  const good = Buffer.concat(block.native().parts);
  const columns = good.subarray(2);
  const broken = [
    ...Array.from({ length: 40 }, (_, i) => good.subarray(0, Math.ceil((good.length * (i + 0.5)) / 40))),
    Buffer.concat([Buffer.from([22]), wire.varint(2n ** 40n), columns]),
    Buffer.concat([Buffer.from([23, 2]), columns]),
    Buffer.from(good.toString('latin1').replace('TraceId', 'TraceIx'), 'latin1'),
    Buffer.from(good.toString('latin1').replace('\x0dDateTime64(9)', '\x06UInt64'), 'latin1'),
    Buffer.from('[{"Timestamp": 1}]'),
    Buffer.alloc(1000, 0xff),
  ];
  for (const [index, bytes] of broken.entries())
    await expect(insertNative(landing, 'otlp_spans', [bytes]), `block ${index}`).rejects.toThrow();
  expect(await counts()).toEqual(before);
  await insertNative(landing, 'otlp_spans', [good]);
  expect(await single("SELECT count() FROM spans WHERE startsWith(name, 'good')")).toBe('2');
});
