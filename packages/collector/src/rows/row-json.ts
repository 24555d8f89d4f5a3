import type { LandingRow, RowAttributes } from './landing-row.ts';

/**
 * A landing row as one line of JSONEachRow. Written by hand because JSON.stringify can say neither a 64-bit integer
 * nor a map with repeated or integer-like keys in their order, and a row hash over the map needs both.
 */
export function rowJson(row: LandingRow): string {
  const { events, links } = row;
  // A bare integer is read as ticks; the quoted forms of ClickHouse know no time before 1970.
  const time = String(row.timestamp);
  const ids = `"TraceId":${text(row.traceId)},"SpanId":${text(row.spanId)},"ParentSpanId":${text(row.parentSpanId)}`;
  const named = `"TraceState":${text(row.traceState)},"SpanName":${text(row.spanName)},"SpanKind":${text(row.spanKind)}`;
  const resource = `"ServiceName":${text(row.serviceName)},"ResourceAttributes":${map(row.resourceAttributes)}`;
  const scope = `"ScopeName":${text(row.scopeName)},"ScopeVersion":${text(row.scopeVersion)}`;
  const span = `"SpanAttributes":${map(row.spanAttributes)},"Duration":${row.duration}`;
  const status = `"StatusCode":${text(row.statusCode)},"StatusMessage":${text(row.statusMessage)}`;
  return `{"Timestamp":${time},${ids},${named},${resource},${scope},${span},${status},${eventsJson(events)},${linksJson(links)}}`;
}

const eventsJson = (events: LandingRow['events']): string =>
  `"Events.Timestamp":${array(events, ({ timestamp }) => String(timestamp))},"Events.Name":${array(events, ({ name }) => text(name))},"Events.Attributes":${array(events, ({ attributes }) => map(attributes))}`;

const linksJson = (links: LandingRow['links']): string =>
  `"Links.TraceId":${array(links, ({ traceId }) => text(traceId))},"Links.SpanId":${array(links, ({ spanId }) => text(spanId))},"Links.TraceState":${array(links, ({ traceState }) => text(traceState))},"Links.Attributes":${array(links, ({ attributes }) => map(attributes))}`;

const text = (value: string): string => JSON.stringify(value);
const array = <T>(items: readonly T[], json: (item: T) => string): string => `[${items.map(json).join(',')}]`;
const map = (attributes: RowAttributes): string =>
  `{${attributes.map(([key, value]) => `${text(key)}:${text(value)}`).join(',')}}`;
