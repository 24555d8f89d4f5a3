import type { LandingRow, RowAttributes } from './landing-row.ts';

/**
 * A landing row as one line of JSONEachRow. Written by hand because JSON.stringify can say neither a 64-bit integer
 * nor a map with repeated or integer-like keys in their order, and a row hash over the map needs both.
 */
export function rowJson(row: LandingRow): string {
  const { events, links } = row;
  return object([
    // A bare integer is read as ticks; the quoted forms of ClickHouse know no time before 1970.
    ['Timestamp', String(row.timestamp)],
    ['TraceId', text(row.traceId)],
    ['SpanId', text(row.spanId)],
    ['ParentSpanId', text(row.parentSpanId)],
    ['TraceState', text(row.traceState)],
    ['SpanName', text(row.spanName)],
    ['SpanKind', text(row.spanKind)],
    ['ServiceName', text(row.serviceName)],
    ['ResourceAttributes', map(row.resourceAttributes)],
    ['ScopeName', text(row.scopeName)],
    ['ScopeVersion', text(row.scopeVersion)],
    ['SpanAttributes', map(row.spanAttributes)],
    ['Duration', String(row.duration)],
    ['StatusCode', text(row.statusCode)],
    ['StatusMessage', text(row.statusMessage)],
    ['Events.Timestamp', array(events.map((event) => String(event.timestamp)))],
    ['Events.Name', array(events.map((event) => text(event.name)))],
    ['Events.Attributes', array(events.map((event) => map(event.attributes)))],
    ['Links.TraceId', array(links.map((link) => text(link.traceId)))],
    ['Links.SpanId', array(links.map((link) => text(link.spanId)))],
    ['Links.TraceState', array(links.map((link) => text(link.traceState)))],
    ['Links.Attributes', array(links.map((link) => map(link.attributes)))],
  ]);
}

const text = (value: string): string => JSON.stringify(value);
const array = (items: readonly string[]): string => `[${items.join(',')}]`;
const map = (attributes: RowAttributes): string =>
  object(attributes.map(([key, value]) => [key, text(value)]));
const object = (entries: readonly (readonly [string, string])[]): string =>
  `{${entries.map(([key, value]) => `${text(key)}:${value}`).join(',')}}`;
