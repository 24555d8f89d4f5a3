import { z } from 'zod';
import type { LandingRow } from '../../../packages/query-service/test/flags/agent.ts';
import { Wire } from '../ingest/load/wire.ts';

const texts = z.record(z.string(), z.string());
const rowShape = z.object({
  ...{ Timestamp: z.string(), TraceId: z.string(), SpanId: z.string(), SpanName: z.string() },
  ...{ ScopeName: z.string(), SpanAttributes: texts, Duration: z.coerce.bigint() },
});

const spans = new Wire(1 << 20);
const span = new Wire(1 << 14);

/** One `ExportTraceServiceRequest`, protobuf, of rows as the landing table has them; all of one resource. */
export function bodyOfRows(rows: readonly LandingRow[]): Buffer {
  spans.reset();
  for (const each of rows) {
    const row = rowShape.parse(each);
    const start = nanoseconds(row.Timestamp);
    span.reset();
    span.bytes(1, Buffer.from(row.TraceId, 'hex'));
    span.bytes(2, Buffer.from(row.SpanId, 'hex'));
    span.text(5, row.SpanName);
    span.number(6, 1);
    span.fixed64(7, start);
    span.fixed64(8, start + row.Duration);
    for (const [key, value] of Object.entries(row.SpanAttributes)) span.attribute(9, key, value);
    spans.bytes(2, span.written());
  }
  const scope = new Wire(64);
  scope.text(1, '@tollgate/instrumentation');
  const resource = new Wire(128);
  resource.attribute(1, 'service.name', 'helpdesk-agent');
  const scopeSpans = Buffer.concat([message(1, scope.written()), spans.written()]);
  return message(1, Buffer.concat([message(1, resource.written()), message(2, scopeSpans)]));
}

function message(field: number, content: Uint8Array): Buffer {
  const wire = new Wire(content.length + 16);
  wire.bytes(field, content);
  return wire.written();
}

/** The store's time, to the nanosecond. */
function nanoseconds(time: string): bigint {
  const [seconds = '', fraction = ''] = time.split('.');
  return BigInt(Date.parse(`${seconds.replace(' ', 'T')}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
