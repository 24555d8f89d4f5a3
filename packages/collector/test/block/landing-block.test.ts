import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BodySource } from '../../src/block/body-source.ts';
import { LandingBlock } from '../../src/block/landing-block.ts';
import { LandingColumns } from '../../src/block/landing-columns.ts';
import { jsonBodies } from '../support/json-requests.ts';
import { comparable, reference } from '../support/reference.ts';
import { protobufBodies } from '../support/requests.ts';
import { asJson, BOUND, SOURCE } from '../support/source.ts';
import * as wire from '../support/wire.ts';

const whole = (bodies: readonly Buffer[], source: BodySource) =>
  bodies.filter((body) => reference(body, source).appended.kind === 'appended');

describe.each([
  ['protobuf', protobufBodies, SOURCE],
  ['protobuf of a key with few workflows', protobufBodies, BOUND],
  ['JSON', jsonBodies, asJson(SOURCE)],
  ['JSON of a key with few workflows', jsonBodies, asJson(BOUND)],
])('%s', (_what, arbitrary, source) => {
  test('a body has the outcome that the model says, whatever is in it', () => {
    const block = new LandingBlock();
    fc.assert(
      fc.property(arbitrary, (bodies) => {
        for (const body of bodies) {
          const { rows } = block;
          const expected = reference(body, source);
          expect(comparable(block.append(body, source))).toEqual(comparable(expected.appended));
          expect(block.rows - rows).toBe(expected.rows.length);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a refused body leaves the block as it was, to the byte', () => {
    fc.assert(
      fc.property(arbitrary, (bodies) => {
        const [all, good] = [new LandingBlock(), new LandingBlock()];
        for (const body of bodies) all.append(body, source);
        for (const body of whole(bodies, source)) good.append(body, source);
        expect(all.native()).toEqual(good.native());
      }),
      { numRuns: 40 },
    );
  });

  test('a body is as many messages as the model counts', () => {
    const block = new LandingBlock();
    fc.assert(
      fc.property(arbitrary, fc.nat(60), (bodies, maxMessages) => {
        for (const body of whole(bodies, source)) {
          const few = { ...source, maxMessages };
          expect(block.append(body, few).kind).toBe(reference(body, few).appended.kind);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('reset empties the block, and nothing of what was in it is in the next', () => {
  const block = new LandingBlock();
  const body = wire.request([wire.span('one', wire.attribute(9, 'k', wire.text('v'.repeat(200))))]);
  block.append(body, SOURCE);
  const copy = Buffer.concat(block.native().parts);
  block.reset();
  expect(block.native()).toEqual({ rows: 0, parts: [] });
  block.append(wire.request([wire.span('another', wire.attribute(9, 'q', wire.int(3, 7)))]), SOURCE);
  expect(Buffer.concat(block.native().parts)).not.toEqual(copy);
  block.reset();
  block.append(body, SOURCE);
  expect(Buffer.concat(block.native().parts)).toEqual(copy);
});

test('refused bodies full of new keys and names leave nothing behind', () => {
  const block = new LandingBlock();
  const { bytes } = block;
  for (let round = 0; round < 20; round++) {
    const spans = Array.from({ length: 500 }, (_, i) =>
      wire.span(`name ${round}.${i}`, wire.attribute(9, `key ${round}.${i}`, wire.text('v'))),
    );
    const body = Buffer.concat([wire.request(spans), Buffer.from([0x0a, 0x7f])]);
    expect(block.append(body, SOURCE).kind).toBe('malformed');
  }
  expect(block.bytes).toBe(bytes);
});

test.each([
  ['empty spans', SOURCE, wire.len(1, wire.len(2, Buffer.concat(Array(40_000).fill(wire.len(2)))))],
  ['empty objects in JSON', asJson(SOURCE), Buffer.from(`{"x":[${'{},'.repeat(40_000)}{}]}`)],
  ['defective spans', SOURCE, wire.request(Array(2000).fill(wire.span('n', wire.int(5, 1))))],
  [
    'forbidden spans',
    BOUND,
    wire.request(Array(2000).fill(wire.attribute(9, 'tollgate.workflow', wire.text('x')))),
  ],
  [
    'attributes with two keys',
    SOURCE,
    wire.request([Buffer.concat(Array(2000).fill(wire.len(9, wire.len(1), wire.len(1))))]),
  ],
  [
    'empty spans in JSON',
    asJson(SOURCE),
    Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${'{},'.repeat(40_000)}{}]}]}]}`),
  ],
  [
    'defective spans in JSON',
    asJson(SOURCE),
    Buffer.from(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[${'{"name":1,"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331"},'.repeat(2000)}{}]}]}]}`,
    ),
  ],
])('a body of %s is refused for what it costs', (_what, source, body) => {
  const block = new LandingBlock();
  const { bytes } = block;
  expect(block.append(body, source)).toMatchObject({ kind: 'too_large' });
  expect(block.bytes).toBe(bytes);
});

test('a thousand defective spans are always quarantined', () => {
  const block = new LandingBlock();
  const spans = [...Array(1000).fill(wire.span('n', wire.int(5, 1))), wire.span('good')];
  const appended = block.append(wire.request(spans), SOURCE);
  expect(appended).toMatchObject({ kind: 'appended', spans: 1001, rows: 1 });
});

test('a small body cannot become rows without bound by what they share', () => {
  const block = new LandingBlock();
  const { bytes } = block;
  const body = wire.request(
    Array.from({ length: 1000 }, () => wire.span('s')),
    [wire.attribute(1, 'large', wire.text('x'.repeat(1_000_000)))],
  );
  expect(block.append(body, SOURCE)).toMatchObject({ kind: 'too_large' });
  expect(block.bytes).toBe(bytes);
});

test('the columns are those of the landing table, in its order', () => {
  const migration = new URL('../../../clickhouse/migrations/0001_landing.sql', import.meta.url);
  const [, ddl = ''] = /otlp_spans [^(]*\(\n(.*?)\n\) ENGINE/s.exec(readFileSync(migration, 'utf8')) ?? [];
  const flat = ddl.replaceAll(/ {2}(\w+) Nested \(\n(.*?)\n {2}\)/gs, (_, nested: string, inner: string) =>
    inner.replaceAll(
      /^ +(\w+) (.*?),?$/gm,
      (_line, name: string, type: string) => `${nested}.${name} Array(${type})`,
    ),
  );
  const columns = [...flat.matchAll(/^ *([\w.]+) (.*?),?$/gm)].map(([, name, type]) => [name, type]);
  expect(columns).toHaveLength(22);
  expect(new LandingColumns().table.map(([name, { type }]) => [name, type])).toEqual(columns);
});
