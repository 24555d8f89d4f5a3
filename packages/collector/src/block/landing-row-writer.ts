import type { LandingRow, RowAttributes } from '../rows/landing-row.ts';
import type { MapColumn } from './columns/map-column.ts';
import type { LandingColumns } from './landing-columns.ts';

/** Appends a row that was made from the model, which is how JSON comes. */
export function appendLandingRow(columns: LandingColumns, row: LandingRow): void {
  columns.timestamp.push(row.timestamp);
  columns.traceId.bytes.text(row.traceId);
  columns.spanId.bytes.text(row.spanId);
  columns.parentSpanId.bytes.text(row.parentSpanId);
  columns.traceState.bytes.text(row.traceState);
  columns.spanName.text(row.spanName);
  columns.spanKind.text(row.spanKind);
  columns.serviceName.text(row.serviceName);
  appendMap(columns.resourceAttributes, row.resourceAttributes);
  columns.scopeName.bytes.text(row.scopeName);
  columns.scopeVersion.bytes.text(row.scopeVersion);
  appendMap(columns.spanAttributes, row.spanAttributes);
  columns.duration.push(row.duration);
  columns.statusCode.text(row.statusCode);
  columns.statusMessage.bytes.text(row.statusMessage);
  appendEvents(columns, row.events);
  appendLinks(columns, row.links);
}

function appendEvents(columns: LandingColumns, events: LandingRow['events']): void {
  for (const event of events) {
    columns.eventTimestamp.elements.push(event.timestamp);
    columns.eventName.elements.text(event.name);
    appendMap(columns.eventAttributes.elements, event.attributes);
  }
  columns.events.push(columns.eventName.elements.entries.length);
}

function appendLinks(columns: LandingColumns, links: LandingRow['links']): void {
  for (const link of links) {
    columns.linkTraceId.elements.bytes.text(link.traceId);
    columns.linkSpanId.elements.bytes.text(link.spanId);
    columns.linkTraceState.elements.bytes.text(link.traceState);
    appendMap(columns.linkAttributes.elements, link.attributes);
  }
  columns.links.push(columns.linkAttributes.elements.offsets.rows);
}

function appendMap(map: MapColumn, attributes: RowAttributes): void {
  for (const [key, value] of attributes) {
    map.keys.text(key);
    map.values.bytes.text(value);
  }
  map.endRow();
}
