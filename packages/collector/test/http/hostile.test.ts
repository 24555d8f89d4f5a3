import { Agent, request as httpRequest } from 'node:http';
import { createGzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEYS, post, type Running, start } from '../support/running.ts';
import * as wire from '../support/wire.ts';

const MIB = 1024 * 1024;
let running: Running;
let url: string;
beforeAll(async () => {
  running = await start({ maxBodyBytes: 8 * MIB });
  url = running.listening.url;
});
afterAll(() => running.collector.close());

let serial = 0;
/** After whatever was sent, a good request must still work. */
async function stillWorks() {
  const name = `good ${serial++}`;
  expect((await post(url, wire.request([wire.span(name)]))).status).toBe(200);
  expect(running.store.rows.at(-1)?.spanName).toBe(name);
}

interface Case {
  readonly what: string;
  readonly span: Buffer;
  /** Reason in the answer; undefined where the span is good. */
  readonly reason?: string;
  /** Whether it goes to the landing table, whose views judge it. */
  readonly lands: boolean;
}

const attribute = (value: Buffer) => wire.attribute(9, 'a', value);
const bare = (...fields: Buffer[]) => Buffer.concat(fields);
const at = (time: bigint) => wire.span('time', wire.fixed64(7, time), wire.fixed64(8, time));
const many = Buffer.concat(
  Array.from({ length: 100_000 }, (_, i) => wire.attribute(9, `key.${i}`, wire.text('v'))),
);

const CASES: Case[] = [
  {
    what: 'trace id too short',
    span: bare(wire.len(1, 'abc'), wire.len(2, wire.SPAN_ID)),
    reason: 'bad_trace_id',
    lands: true,
  },
  {
    what: 'trace id of zeros',
    span: bare(wire.len(1, Buffer.alloc(16)), wire.len(2, wire.SPAN_ID)),
    reason: 'bad_trace_id',
    lands: true,
  },
  {
    what: 'span id too long',
    span: bare(wire.len(1, wire.TRACE_ID), wire.len(2, Buffer.alloc(9, 1))),
    reason: 'bad_span_id',
    lands: true,
  },
  { what: 'no ids', span: bare(wire.len(5, 'x')), reason: 'bad_trace_id', lands: true },
  { what: 'the year 1970', span: at(5n), reason: 'time_too_early', lands: true },
  { what: 'the year 2262', span: at(2n ** 63n - 1n), reason: 'time_in_the_future', lands: true },
  { what: 'beyond 2262', span: at(2n ** 64n - 1n), reason: 'time_too_early', lands: true },
  { what: '100,000 attributes', span: wire.span('many', many), lands: true },
  {
    what: 'tokens of 2^64-1',
    span: wire.span('t', attribute(wire.text('18446744073709551615'))),
    lands: true,
  },
  { what: 'tokens of -1', span: wire.span('t', attribute(wire.int(3, -1n))), lands: true },
  { what: 'tokens of "1110.0"', span: wire.span('t', attribute(wire.text('1110.0'))), lands: true },
  { what: 'NaN', span: wire.span('t', attribute(wire.double(4, Number.NaN))), lands: true },
  { what: 'nesting within bounds', span: wire.span('t', attribute(wire.nested(90))), lands: true },
  {
    what: 'a thousand levels',
    span: wire.span('t', attribute(wire.nested(1000))),
    reason: 'nesting_too_deep',
    lands: false,
  },
  {
    what: 'text that is not UTF-8',
    span: wire.span('t', attribute(wire.text(Buffer.from([0xff, 0xfe])))),
    reason: 'invalid_utf8',
    lands: false,
  },
  {
    what: 'a key that is not UTF-8',
    span: wire.span('t', wire.attribute(9, Buffer.from([0xc3]), wire.text('v'))),
    reason: 'invalid_utf8',
    lands: false,
  },
  {
    what: 'a name of the wrong type',
    span: wire.span('t', wire.int(5, 7)),
    reason: 'malformed_span',
    lands: false,
  },
  {
    what: 'a time of the wrong type',
    span: wire.span('t', wire.len(7, 'now')),
    reason: 'malformed_span',
    lands: false,
  },
  {
    what: 'an inner length that overruns',
    span: wire.span('t', bare(wire.tag(9, 2), wire.varint(500), wire.text('v'))),
    reason: 'malformed_span',
    lands: false,
  },
  {
    what: 'an endless varint',
    span: wire.span('t', bare(wire.tag(6, 0), Buffer.alloc(11, 0xff))),
    reason: 'malformed_span',
    lands: false,
  },
  { what: 'a group', span: wire.span('t', wire.tag(20, 3)), reason: 'malformed_span', lands: false },
  {
    what: 'field number zero',
    span: wire.span('t', Buffer.from([0x02, 0x00])),
    reason: 'malformed_span',
    lands: false,
  },
];

describe.each(CASES)('a span with $what', ({ span, reason, lands }) => {
  test('does not harm its neighbours, and is answered for', async () => {
    const { rows, quarantined } = running.store;
    const before = { rows: rows.length, quarantined: quarantined.length };
    const mark = `neighbour ${serial++}`;
    const answer = await post(url, wire.request([wire.span(`${mark} a`), span, wire.span(`${mark} b`)]));
    expect(answer.status).toBe(200);
    expect(answer.text.includes(reason ?? 'quarantined')).toBe(reason !== undefined);
    const names = rows.slice(before.rows).map((row) => row.spanName);
    expect(names).toHaveLength(lands ? 3 : 2);
    expect([names[0], names.at(-1)]).toEqual([`${mark} a`, `${mark} b`]);
    const held = quarantined.slice(before.quarantined);
    expect(held.map((row) => row.reason)).toEqual(lands ? [] : [reason]);
    for (const row of held) {
      expect(JSON.parse(row.raw)).toBeTypeOf('object');
      expect(Buffer.byteLength(row.raw)).toBeLessThanOrEqual(16 * 1024);
    }
    await stillWorks();
  });
});

test('every truncation of a body is either refused as a whole or stores whole spans only', async () => {
  const body = wire.request([wire.span('one', attribute(wire.text('value'))), wire.span('two')]);
  for (let length = 1; length < body.length; length++) {
    const answer = await post(url, body.subarray(0, length));
    expect(answer.status, `cut at ${length}`).toBe(400);
  }
  await stillWorks();
});

test('a resource that cannot be read takes its own spans along, no others', async () => {
  const bad = wire.request(
    [wire.span('bad resource')],
    [wire.attribute(1, 'k', wire.text(Buffer.from([0xff])))],
  );
  const answer = await post(url, Buffer.concat([bad, wire.request([wire.span('beside it')])]));
  expect(answer.text).toContain('1 of 2 spans were quarantined: invalid_utf8');
  expect(running.store.rows.at(-1)?.spanName).toBe('beside it');
});

test.each([
  ['not an object', '[]'],
  ['null', 'null'],
  ['resourceSpans of the wrong type', '{"resourceSpans": {"0": 1}}'],
  ['a resource of spans that is a number', '{"resourceSpans": [7]}'],
  ['spans of the wrong type', '{"resourceSpans": [{"scopeSpans": [{"spans": "x"}]}]}'],
])('JSON that is %s is refused', async (_what, body) => {
  expect((await post(url, body)).status).toBe(400);
  await stillWorks();
});

test('JSON that is not UTF-8 is refused', async () => {
  const answer = await post(url, Buffer.from([0x7b, 0xff, 0x7d]), { 'content-type': 'application/json' });
  expect(answer.status).toBe(400);
  await stillWorks();
});

const jsonSpan = (fields: string) =>
  `{"traceId": "${wire.TRACE_ID.toString('hex')}", "spanId": "${wire.SPAN_ID.toString('hex')}", "startTimeUnixNano": 1750000000123456789, ${fields}}`;
const jsonRequest = (...spans: string[]) =>
  `{"resourceSpans": [{"scopeSpans": [{"spans": [${spans.join(',')}]}]}]}`;

test.each([
  ['an enum of the wrong type', '"kind": {}', 'malformed_span'],
  [
    'an int beyond 64 bits',
    '"attributes": [{"key": "k", "value": {"intValue": "18446744073709551615"}}]',
    'malformed_span',
  ],
  [
    'an int with a fraction',
    '"attributes": [{"key": "k", "value": {"intValue": "1110.0"}}]',
    'malformed_span',
  ],
  ['a string that is a number', '"name": 7', 'malformed_span'],
  ['attributes that are an object', '"attributes": {"k": "v"}', 'malformed_span'],
  ['a value that is bare', '"attributes": [{"key": "k", "value": "v"}]', 'malformed_span'],
  [
    'bytes that are not base64',
    '"attributes": [{"key": "k", "value": {"bytesValue": "???"}}]',
    'malformed_span',
  ],
  [
    'deep nesting',
    `"attributes": [{"key": "k", "value": ${'{"arrayValue":{"values":['.repeat(3000)}{}${']}}'.repeat(3000)}}]`,
    'nesting_too_deep',
  ],
])('a JSON span with %s is quarantined alone', async (_what, fields, reason) => {
  const mark = `json ${serial++}`;
  const answer = await post(url, jsonRequest(jsonSpan(`"name": "${mark}"`), jsonSpan(fields)));
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text).partialSuccess.errorMessage).toContain(reason);
  expect(running.store.rows.at(-1)).toMatchObject({ spanName: mark, timestamp: 1750000000123456789n });
  expect(running.store.quarantined.at(-1)?.reason).toBe(reason);
  await stillWorks();
});

test('JSON keys that name parts of a prototype are only keys', async () => {
  const fields =
    '"name": "p", "__proto__": {"kind": 3}, "constructor": 1, "attributes": [{"key": "__proto__", "value": {"stringValue": "x"}}]';
  expect((await post(url, jsonRequest(jsonSpan(fields)))).status).toBe(200);
  const row = running.store.rows.at(-1);
  expect(row).toMatchObject({ spanName: 'p', spanKind: 'Unspecified', spanAttributes: [['__proto__', 'x']] });
});

/** Sends chunks for as long as the server takes them; resolves with the status and the bytes it took. */
function pour(
  headers: Record<string, string>,
  chunk: Buffer,
  total: number,
): Promise<{ status: number; sent: number }> {
  const { port } = running.listening;
  return new Promise((resolve, reject) => {
    let sent = 0;
    const agent = new Agent();
    const client = httpRequest(
      {
        port,
        host: '127.0.0.1',
        path: '/v1/traces',
        method: 'POST',
        agent,
        headers: { authorization: `Bearer ${KEYS.any}`, ...headers },
      },
      (response) => {
        response.resume();
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, sent });
          agent.destroy();
        });
      },
    );
    client.on('error', reject);
    const write = () => {
      while (sent < total) {
        sent += chunk.length;
        if (!client.write(chunk)) return void client.once('drain', write);
      }
      client.end();
    };
    write();
  });
}

test('a 100 MB body is refused while it streams, with and without a length', async () => {
  const headers = { 'content-type': 'application/x-protobuf' };
  const chunk = Buffer.alloc(64 * 1024, 1);
  const before = process.memoryUsage().arrayBuffers;
  expect((await pour(headers, chunk, 100 * MIB)).status).toBe(413);
  expect((await pour({ ...headers, 'content-length': String(100 * MIB) }, chunk, 100 * MIB)).status).toBe(
    413,
  );
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MIB);
  await stillWorks();
});

test('a gzip bomb is refused at the unpacked bound, and what it held is given back', async () => {
  const bomb = gzipSync(Buffer.alloc(512 * MIB), { level: 9 });
  expect(bomb.length).toBeLessThan(MIB);
  expect((await post(url, bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
  expect(await running.collector.metrics()).toMatch(/in_flight_bytes 0\n/);
  await stillWorks();
});

test('empty gzip members without end are refused at the bound of what is sent', async () => {
  const members = Buffer.concat(Array.from({ length: 4000 }, () => gzipSync(Buffer.alloc(0))));
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
  expect((await pour(headers, members, 10 * MIB)).status).toBe(413);
  await stillWorks();
});

test('truncated gzip is refused', async () => {
  const whole = gzipSync(wire.request([wire.span('gz')]));
  expect((await post(url, whole.subarray(0, whole.length - 6), { 'content-encoding': 'gzip' })).status).toBe(
    400,
  );
  await stillWorks();
});

test('a client that goes away leaves nothing behind', async () => {
  const { port } = running.listening;
  const stored = running.store.rows.length;
  await new Promise<void>((resolve) => {
    const headers = {
      authorization: `Bearer ${KEYS.any}`,
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
    };
    const client = httpRequest({ port, host: '127.0.0.1', path: '/v1/traces', method: 'POST', headers });
    client.on('error', () => resolve());
    const gzip = createGzip();
    gzip.pipe(client, { end: false });
    gzip.write(wire.request([wire.span('never whole')]));
    gzip.flush(() => client.destroy(new Error('gone')));
  });
  await expect
    .poll(
      async () => (await running.collector.metrics()).match(/refused_total\{reason="aborted"\} (\d+)/)?.[1],
    )
    .toBe('1');
  expect(await running.collector.metrics()).toMatch(/in_flight_bytes 0\n/);
  expect(running.store.rows).toHaveLength(stored);
  await stillWorks();
});

test.each([
  ['spans', wire.len(1, wire.len(2, Buffer.concat(Array.from({ length: 1_100_000 }, () => wire.len(2)))))],
  ['resources', Buffer.concat(Array.from({ length: 1_100_000 }, () => wire.len(1)))],
  ['attributes', wire.request([Buffer.concat(Array.from({ length: 1_100_000 }, () => wire.len(9)))])],
  ['JSON objects', Buffer.from(`{"resourceSpans": [${'{},'.repeat(1_100_000)}{}]}`)],
])('two bytes a piece, a million %s are refused before they take memory', async (what, body) => {
  const json: Record<string, string> = what.startsWith('JSON') ? { 'content-type': 'application/json' } : {};
  expect((await post(url, body, json)).status).toBe(413);
  await stillWorks();
});
