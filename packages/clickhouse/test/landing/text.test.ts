import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { TOLLGATE } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, row, spanId, traceId } from '../support/landing.ts';

/** Stands for bytes that are not UTF-8, which no string of JavaScript can hold. */
const BAD = '<bad>';

describe('text that is not UTF-8', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse();
  });
  afterAll(() => store.close());

  const landBytes = async (line: object) => {
    const written = JSON.stringify(line).split(BAD);
    const parts = written.flatMap((part, index) =>
      index === 0 ? [Buffer.from(part)] : [Buffer.from([0xc3, 0x28, 0xff]), Buffer.from(part)],
    );
    const { stream } = await store.clients.landing.exec({
      query: 'INSERT INTO otlp_spans FORMAT JSONEachRow',
      values: Readable.from([Buffer.concat([...parts, Buffer.from('\n')])], { objectMode: false }),
    });
    await text(stream);
  };

  it.each([
    ['TraceState', { TraceState: BAD }],
    ['SpanName', { SpanName: `n${BAD}` }],
    ['ServiceName', { ServiceName: BAD }],
    ['ResourceAttributes', { ResourceAttributes: { k: BAD } }],
    ['the name of an attribute', { SpanAttributes: { [`k${BAD}`]: 'v' } }],
    ['SpanAttributes', { SpanAttributes: { [TOLLGATE.record]: `{"a":"${BAD}"}` } }],
    ['ScopeName', { ScopeName: BAD }],
    ['ScopeVersion', { ScopeVersion: BAD }],
    ['StatusMessage', { StatusMessage: BAD }],
    ['Events.Name', { 'Events.Timestamp': [1], 'Events.Name': [BAD], 'Events.Attributes': [{}] }],
    [
      'Events.Attributes',
      { 'Events.Timestamp': [1], 'Events.Name': [''], 'Events.Attributes': [{ k: BAD }] },
    ],
    ['Links.TraceState', { ...link, 'Links.TraceState': [BAD], 'Links.Attributes': [{}] }],
    ['Links.Attributes', { ...link, 'Links.TraceState': [''], 'Links.Attributes': [{ k: BAD }] }],
  ])('in %s puts the row into the quarantine, as text', async (_column, said: object) => {
    const principal = randomUUID();
    const whole = { ...row(), Timestamp: 1_768_478_400_000_000_000, ...said };
    const resource = { ...whole.ResourceAttributes, [TOLLGATE.principal]: principal };
    await landBytes({ ...whole, ResourceAttributes: resource });
    const rows = await ask<{ reason: string; valid: number }>(
      store.clients.reader,
      `SELECT reason, isValidUTF8(concat(span_name, trace_id, span_id, raw)) AS valid
       FROM quarantine WHERE principal = {principal:String}`,
      { principal },
    );
    expect(rows).toEqual([{ reason: 'invalid_utf8', valid: 1 }]);
    expect(await ask(store.clients.reader, 'SELECT name FROM spans')).toEqual([]);
  });
});

const link = { 'Links.TraceId': [traceId()], 'Links.SpanId': [spanId()] };
