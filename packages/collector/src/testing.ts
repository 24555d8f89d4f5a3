import { z } from 'zod';
import type { LandingRow } from './rows/landing-row.ts';
import type { LandingRows } from './store/insert-result.ts';
import { NativeReader } from './testing/native-reader.ts';

const attributes = z.array(z.tuple([z.string(), z.string()]));
const columns = z.object({
  Timestamp: z.array(z.bigint()),
  TraceId: z.array(z.string()),
  SpanId: z.array(z.string()),
  ParentSpanId: z.array(z.string()),
  TraceState: z.array(z.string()),
  SpanName: z.array(z.string()),
  SpanKind: z.array(z.string()),
  ServiceName: z.array(z.string()),
  ResourceAttributes: z.array(attributes),
  ScopeName: z.array(z.string()),
  ScopeVersion: z.array(z.string()),
  SpanAttributes: z.array(attributes),
  Duration: z.array(z.bigint()),
  StatusCode: z.array(z.string()),
  StatusMessage: z.array(z.string()),
  'Events.Timestamp': z.array(z.array(z.bigint())),
  'Events.Name': z.array(z.array(z.string())),
  'Events.Attributes': z.array(z.array(attributes)),
  'Links.TraceId': z.array(z.array(z.string())),
  'Links.SpanId': z.array(z.array(z.string())),
  'Links.TraceState': z.array(z.array(z.string())),
  'Links.Attributes': z.array(z.array(attributes)),
});
type Columns = z.infer<typeof columns>;

/** What a collector hands to its storage, as rows again: for a test that stands in for ClickHouse. */
export function landingRows({ parts }: LandingRows): LandingRow[] {
  const reader = new NativeReader(Buffer.concat(parts));
  const rows: LandingRow[] = [];
  for (let block = reader.block(); block; block = reader.block()) {
    const read = columns.parse(Object.fromEntries(block));
    for (const index of read.TraceId.keys()) rows.push(rowAt(read, index));
  }
  return rows;
}

function rowAt(read: Columns, row: number): LandingRow {
  const events = at(read['Events.Timestamp'], row);
  const links = at(read['Links.TraceId'], row);
  return {
    timestamp: at(read.Timestamp, row),
    traceId: at(read.TraceId, row),
    spanId: at(read.SpanId, row),
    parentSpanId: at(read.ParentSpanId, row),
    traceState: at(read.TraceState, row),
    spanName: at(read.SpanName, row),
    spanKind: at(read.SpanKind, row),
    serviceName: at(read.ServiceName, row),
    resourceAttributes: at(read.ResourceAttributes, row),
    scopeName: at(read.ScopeName, row),
    scopeVersion: at(read.ScopeVersion, row),
    spanAttributes: at(read.SpanAttributes, row),
    duration: at(read.Duration, row),
    statusCode: at(read.StatusCode, row),
    statusMessage: at(read.StatusMessage, row),
    events: events.map((timestamp, i) => ({
      timestamp,
      name: at(at(read['Events.Name'], row), i),
      attributes: at(at(read['Events.Attributes'], row), i),
    })),
    links: links.map((traceId, i) => ({
      traceId,
      spanId: at(at(read['Links.SpanId'], row), i),
      traceState: at(at(read['Links.TraceState'], row), i),
      attributes: at(at(read['Links.Attributes'], row), i),
    })),
  };
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error('a column of the block is too short');
  return value;
}
