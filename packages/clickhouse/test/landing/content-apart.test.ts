import { randomUUID } from 'node:crypto';
import { CONTENT, GEN_AI, METADATA_ATTRIBUTES, TOLLGATE } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, land, row } from '../support/landing.ts';

const SECRET = 'the customer said it in confidence';
/** Metadata by its name, and content by its length. */
const TOO_LONG = 'error.type';

describe('content and metadata', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse();
  });
  afterAll(() => store.close());

  it('keeps what is not known to be metadata out of every table but the content’s', async () => {
    const run = randomUUID();
    const metadata = Object.fromEntries(
      METADATA_ATTRIBUTES.filter((name) => name !== TOLLGATE.runId && name !== TOO_LONG).map((name) => [
        name,
        'm',
      ]),
    );
    const secrets = [...Object.values(CONTENT), GEN_AI.inputMessages, GEN_AI.toolResult, 'made.up.name'];
    const span = row({
      SpanAttributes: {
        [TOLLGATE.runId]: run,
        ...metadata,
        ...Object.fromEntries(secrets.map((name) => [name, SECRET])),
        [TOO_LONG]: `${SECRET}${'.'.repeat(5000)}`,
      },
      ResourceAttributes: { 'service.name': 's', 'process.command_args': SECRET },
      StatusMessage: SECRET,
      'Events.Timestamp': ['1'],
      'Events.Name': ['gen_ai.content.prompt'],
      'Events.Attributes': [{ 'gen_ai.prompt': SECRET }],
    });
    await land(store, [span]);
    for (const table of ['spans', 'model_calls', 'evidence_records', 'tool_calls', 'otel_traces']) {
      const answer = await store.clients.reader.query({
        query: `SELECT * FROM ${table}`,
        format: 'JSONEachRow',
      });
      expect(await answer.text()).not.toContain(SECRET);
    }
    const [content] = await ask<Record<string, unknown>>(
      store.clients.reader,
      'SELECT content, resource_content, status_message, event_attributes FROM span_content WHERE run_id = {run:UUID}',
      { run },
    );
    expect(content).toMatchObject({
      content: Object.fromEntries(secrets.map((name) => [name, SECRET])),
      resource_content: { 'process.command_args': SECRET },
      status_message: SECRET,
      event_attributes: [{ 'gen_ai.prompt': SECRET }],
    });
    const [stored] = await ask<{ attributes: Record<string, string> }>(
      store.clients.reader,
      'SELECT attributes FROM spans WHERE run_id = {run:UUID}',
      { run },
    );
    expect(stored?.attributes).toEqual({ ...metadata, [TOLLGATE.runId]: run });
  });

  it('gives tools that expect the exporter’s table its columns', async () => {
    const span = row({ SpanName: 'exported', ParentSpanId: 'aaaaaaaaaaaaaaaa' });
    await land(store, [span]);
    const [stored] = await ask<Record<string, unknown>>(
      store.clients.dashboard,
      'SELECT * FROM otel_traces WHERE TraceId = {trace:String}',
      { trace: span.TraceId },
    );
    const { TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ScopeName, StatusCode } = span;
    expect(stored).toMatchObject({
      TraceId,
      SpanId,
      ParentSpanId,
      SpanName,
      SpanKind,
      ServiceName,
      ScopeName,
      StatusCode,
    });
    const columns = (table: string) =>
      ask<{ name: string }>(
        store.clients.owner,
        `SELECT name FROM system.columns WHERE database = 'tollgate' AND table = {table:String} ORDER BY position`,
        { table },
      );
    expect(await columns('otel_traces')).toEqual(await columns('otlp_spans'));
  });

  it('keeps a record verbatim, byte for byte, under its own hash', async () => {
    const run = randomUUID();
    const text = `{"kind":"gate_decided","run_id":"${run}","seq":0,"tool":"späße \\u0000 \u2028"}`;
    await land(store, [row({ SpanAttributes: { [TOLLGATE.runId]: run, [TOLLGATE.record]: text } })]);
    const rows = await ask<{ record: string; same: number }>(
      store.clients.reader,
      `SELECT record, record_hash = lower(hex(SHA256(record))) AS same FROM evidence_records WHERE run_id = {run:UUID}`,
      { run },
    );
    expect(rows).toEqual([{ record: text, same: 1 }]);
  });
});
