import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeJson } from '../../src/otlp/decode-json.ts';
import { decodeProtobuf } from '../../src/otlp/decode-protobuf.ts';
import type { Decoded } from '../../src/otlp/model.ts';
import { batchOf } from '../../src/rows/batch.ts';
import type { LandingRow, RowAttributes } from '../../src/rows/landing-row.ts';

/** Requests and rows written by pdata and the exporter's own loop; see golden/generate/main.go. */
interface Golden {
  protobuf: string;
  json: string;
  rows: Record<string, unknown>[];
}

const golden: Golden[] = JSON.parse(
  readFileSync(new URL('../golden/generated/exporter-rows.json', import.meta.url), 'utf8'),
);

const principal = { principal: 'p', team: 't', workflows: ['*'] } as const;

const withoutPrincipal = (attributes: RowAttributes) =>
  attributes.filter(([key]) => key !== 'tollgate.principal');

const comparable = (row: LandingRow) =>
  JSON.parse(
    JSON.stringify({ ...row, resourceAttributes: withoutPrincipal(row.resourceAttributes) }, (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    ),
  );

function rowsOf(decoded: Decoded) {
  if (decoded.kind !== 'decoded') throw new Error(decoded.message);
  const batch = batchOf(decoded.resourceSpans, principal, 1000);
  expect(batch.quarantine).toEqual([]);
  return batch.rows.map(comparable);
}

test.each(golden.map((entry, index) => ({ index, entry })))(
  'request $index has the rows of the real exporter',
  ({ entry }) => {
    expect(rowsOf(decodeProtobuf(Buffer.from(entry.protobuf, 'base64'), 100_000))).toEqual(entry.rows);
    if (entry.json !== '') expect(rowsOf(decodeJson(Buffer.from(entry.json), 100_000))).toEqual(entry.rows);
  },
);
