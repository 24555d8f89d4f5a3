import { TOLLGATE } from '@tollgate/contract';
import type { KeyValue, Span, SpanEvent, SpanLink } from '../otlp/model.ts';
import { asString } from './as-string.ts';
import { compareUtf8 } from './key-order.ts';

/** Attributes as the exporter writes them: ordered by key, repeated keys kept. */
export type RowAttributes = readonly (readonly [key: string, value: string])[];

/** One row of the landing table: the clickhouseexporter's columns, v0.161.0 (`traces_insert.sql`). */
export interface LandingRow {
  /** Nanoseconds since 1970, signed 64 bits: what is later than 2262 has wrapped, as it does in the exporter. */
  readonly timestamp: bigint;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly spanName: string;
  readonly spanKind: string;
  readonly serviceName: string;
  readonly resourceAttributes: RowAttributes;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly spanAttributes: RowAttributes;
  /** Nanoseconds, unsigned 64 bits: a span that ends before it starts has wrapped, as in the exporter. */
  readonly duration: bigint;
  readonly statusCode: string;
  readonly statusMessage: string;
  readonly events: readonly { timestamp: bigint; name: string; attributes: RowAttributes }[];
  readonly links: readonly {
    traceId: string;
    spanId: string;
    traceState: string;
    attributes: RowAttributes;
  }[];
}

/** What the spans of one resource share. */
export interface RowResource {
  readonly serviceName: string;
  readonly resourceAttributes: RowAttributes;
}

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const CODES = ['Unset', 'Ok', 'Error'];

/** The principal comes from the key alone: whatever the sender wrote under its name is replaced. */
export function rowResource(attributes: readonly KeyValue[], principal: string): RowResource {
  const service = attributes.find(({ key }) => key === 'service.name');
  return {
    serviceName: asString(service?.value),
    resourceAttributes: rowAttributes([
      ...attributes.filter(unclaimed),
      { key: TOLLGATE.principal, value: principal },
    ]),
  };
}

export function landingRow(
  span: Span,
  resource: RowResource,
  scope: { scopeName: string; scopeVersion: string },
): LandingRow {
  return {
    timestamp: BigInt.asIntN(64, span.startTimeUnixNano),
    traceId: idText(span.traceId, 32),
    spanId: idText(span.spanId, 16),
    parentSpanId: idText(span.parentSpanId, 16),
    traceState: span.traceState,
    spanName: span.name,
    spanKind: KINDS[span.kind] ?? '',
    ...resource,
    scopeName: scope.scopeName,
    scopeVersion: scope.scopeVersion,
    spanAttributes: rowAttributes(span.attributes.filter(unclaimed)),
    duration: BigInt.asUintN(64, span.endTimeUnixNano - span.startTimeUnixNano),
    statusCode: CODES[span.statusCode] ?? '',
    statusMessage: span.statusMessage,
    events: span.events.map(rowEvent),
    links: span.links.map(rowLink),
  };
}

const unclaimed = ({ key }: KeyValue): boolean => key !== TOLLGATE.principal;

const rowEvent = (event: SpanEvent) => ({
  timestamp: BigInt.asIntN(64, event.timeUnixNano),
  name: event.name,
  attributes: rowAttributes(event.attributes.filter(unclaimed)),
});

const rowLink = (link: SpanLink) => ({
  traceId: idText(link.traceId, 32),
  spanId: idText(link.spanId, 16),
  traceState: link.traceState,
  attributes: rowAttributes(link.attributes.filter(unclaimed)),
});

/** An id of zeros is no id, and the exporter writes none. */
const idText = (id: string, length: number): string => (id.length === length && /^0+$/.test(id) ? '' : id);

const NONE: RowAttributes = [];

const rowAttributes = (attributes: readonly KeyValue[]): RowAttributes =>
  attributes.length === 0
    ? NONE
    : attributes
        .map(({ key, value }): readonly [string, string] => [key, asString(value)])
        .sort(([a], [b]) => compareUtf8(a, b));
