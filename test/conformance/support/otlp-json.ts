import type { Attributes, ResourceSpec, SpanSpec, Value } from './otlp.ts';

/**
 * The same request as OTLP/JSON: ids in hex, 64-bit integers as text, bytes in base64.
 * Source: opentelemetry.io/docs/specs/otlp, JSON Protobuf Encoding.
 */
export function jsonRequest(resources: readonly ResourceSpec[]): Buffer {
  const resourceSpans = resources.map(({ resource = [], scopes, schemaUrl }) => ({
    resource: { attributes: keyValues(resource) },
    scopeSpans: scopes.map(({ name, version, attributes = [], spans }) => ({
      scope: { name, version, attributes: keyValues(attributes) },
      spans: spans.map(span),
    })),
    schemaUrl,
  }));
  return Buffer.from(JSON.stringify({ resourceSpans }));
}

function span(spec: SpanSpec): object {
  const { start, end, attributes = [], events = [], links = [], kind = 1, ...rest } = spec;
  return {
    ...rest,
    kind,
    startTimeUnixNano: unsigned(start),
    endTimeUnixNano: unsigned(end),
    attributes: keyValues(attributes),
    events: events.map(({ time, name, attributes: own = [] }) => ({
      timeUnixNano: unsigned(time),
      name,
      attributes: keyValues(own),
    })),
    links: links.map(({ attributes: own = [], ...link }) => ({ ...link, attributes: keyValues(own) })),
  };
}

const unsigned = (value: bigint): string => String(BigInt.asUintN(64, value));

const keyValues = (attributes: Attributes): object[] =>
  attributes.map(([key, value]) => ({
    key,
    value: anyValue(typeof value === 'string' ? { string: value } : value),
  }));

function anyValue(value: Value): object {
  if ('string' in value) return { stringValue: String(value.string) };
  if ('bool' in value) return { boolValue: value.bool };
  if ('int' in value) return { intValue: String(value.int) };
  if ('double' in value) return { doubleValue: double(value.double) };
  if ('bytes' in value) return { bytesValue: Buffer.from(value.bytes).toString('base64') };
  if ('array' in value) return { arrayValue: { values: value.array.map(anyValue) } };
  if ('map' in value) return { kvlistValue: { values: keyValues(value.map) } };
  return {};
}

/** JSON has no number for these. */
const double = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
