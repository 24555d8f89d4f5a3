/**
 * Spans a second from OTLP bytes to what is inserted, on one thread: the block beside the model with JSON rows, then what
 * ClickHouse makes of each. Ratios of one run are what counts.
 * Usage: node --conditions=tollgate-source packages/collector/scripts/bench-decode.ts [--seconds 2] [--insert]
 */
import { parseArgs } from 'node:util';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import type { Appended, BodySource } from '../src/block/body-source.ts';
import { LandingBlock } from '../src/block/landing-block.ts';
import { decodeJson } from '../src/otlp/decode-json.ts';
import { decodeProtobuf } from '../src/otlp/decode-protobuf.ts';
import { batchOf } from '../src/rows/batch.ts';
import { rowJson } from '../src/rows/row-json.ts';
import { insertNative, insertRows } from '../test/support/native.ts';
import { jsonRequest, protobufRequest, SPANS } from './sample-requests.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '2' }, insert: { type: 'boolean', default: false } },
});
const BLOCK_ROWS = 32_768;
const INSERTS = 8;
const SOURCE: BodySource = {
  encoding: 'protobuf',
  principal: { principal: 'bench', team: 'bench', workflows: ['*'] },
  maxMessages: 1_000_000,
  maxRawBytes: 16_384,
  nowNs: BigInt(Date.now()) * 1_000_000n,
};
const protobuf = Array.from({ length: 40 }, (_, i) => protobufRequest(i));
const json = Array.from({ length: 40 }, (_, i) => jsonRequest(i));

/** Runs bodies through a step for some seconds; spans a second of CPU time, which other processes disturb least. */
function rate(bodies: readonly Buffer[], step: (body: Buffer) => void): number {
  for (const body of [...bodies, ...bodies]) step(body);
  const end = performance.now() + Number(values.seconds) * 1000;
  const cpu = process.threadCpuUsage();
  let spans = 0;
  for (let i = 0; performance.now() < end; i++) {
    step(bodies[i % bodies.length] ?? Buffer.alloc(0));
    spans += SPANS;
  }
  const { user, system } = process.threadCpuUsage(cpu);
  return (spans * 1e6) / (user + system);
}

const block = new LandingBlock();
const sure = (appended: Appended): void => {
  if (appended.kind !== 'appended' || appended.rejections.total > 0)
    throw new Error(JSON.stringify(appended));
};
function toBlock(source: BodySource): (body: Buffer) => void {
  return (body) => {
    sure(block.append(body, source));
    if (block.rows >= BLOCK_ROWS) {
      block.native();
      block.reset();
    }
  };
}
function rowsOf(body: Buffer, decode: typeof decodeProtobuf) {
  const decoded = decode(body, SOURCE.maxMessages);
  if (decoded.kind !== 'decoded') throw new Error(decoded.message);
  return batchOf(decoded.resourceSpans, SOURCE.principal, SOURCE.maxRawBytes).rows;
}
function toRows(decode: typeof decodeProtobuf): (body: Buffer) => void {
  return (body) => {
    for (const row of rowsOf(body, decode)) Buffer.from(rowJson(row));
  };
}

const print = (name: string, value: number): void => console.log(name, Number(value.toPrecision(4)));
print('bytes_per_span', (protobuf[0]?.length ?? 0) / SPANS);
const results = {
  protobuf_block: rate(protobuf, toBlock(SOURCE)),
  protobuf_bound_key: rate(
    protobuf,
    toBlock({ ...SOURCE, principal: { ...SOURCE.principal, workflows: ['triage'] } }),
  ),
  protobuf_model: rate(protobuf, toRows(decodeProtobuf)),
  json_block: rate(json, toBlock({ ...SOURCE, encoding: 'json' })),
  json_model: rate(json, toRows(decodeJson)),
};
for (const [name, spans] of Object.entries(results)) print(`${name}_spans_per_second`, spans);
print('protobuf_over_model', results.protobuf_block / results.protobuf_model);
print('json_over_model', results.json_block / results.json_model);

/** Rows a second that one insert after the other puts into the landing table and through its views. */
async function inserted(step: () => Promise<void>): Promise<number> {
  await step();
  const started = performance.now();
  for (let i = 0; i < INSERTS; i++) await step();
  return (INSERTS * BLOCK_ROWS * 1000) / (performance.now() - started);
}

if (values.insert) {
  const store = await startTestClickHouse();
  try {
    block.reset();
    for (let i = 0; block.rows < BLOCK_ROWS; i++) sure(block.append(protobufRequest(i), SOURCE));
    const { parts } = block.native();
    const rows = Array.from({ length: BLOCK_ROWS / SPANS }, (_, i) =>
      rowsOf(protobufRequest(i), decodeProtobuf),
    ).flat();
    const native = await inserted(() => insertNative(store.clients.landing, 'otlp_spans', parts));
    const each = await inserted(() => insertRows(store.clients.landing, 'otlp_spans', rows));
    print('native_rows_per_second', native);
    print('json_each_row_rows_per_second', each);
    print('native_over_json_each_row', native / each);
  } finally {
    await store.close();
  }
}
