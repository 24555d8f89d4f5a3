/**
 * A trace request as the tests write it, and its protobuf encoding. Written by hand so that what SDKs would refuse to
 * send can be sent: repeated keys, ids of wrong length, invalid UTF-8. Source: opentelemetry-proto, trace/v1/trace.proto.
 */
export type Value =
  | { readonly string: string | Uint8Array }
  | { readonly bool: boolean }
  | { readonly int: bigint | number }
  | { readonly double: number }
  | { readonly bytes: Uint8Array }
  | { readonly array: readonly Value[] }
  | { readonly map: Attributes }
  | { readonly empty: true }
  | { readonly raw: Uint8Array };

/** In order, keys may repeat. A bare string stands for a string value. */
export type Attributes = readonly (readonly [key: string, value: Value | string])[];

export interface SpanSpec {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly name?: string;
  readonly kind?: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes?: Attributes;
  readonly events?: readonly { time: bigint; name: string; attributes?: Attributes }[];
  readonly links?: readonly {
    traceId: string;
    spanId: string;
    traceState?: string;
    attributes?: Attributes;
  }[];
  readonly status?: { code?: number; message?: string };
  /** Fields of the message as bytes, after all others. */
  readonly raw?: Uint8Array;
}

export interface ScopeSpec {
  readonly name?: string;
  readonly version?: string;
  readonly attributes?: Attributes;
  readonly spans: readonly SpanSpec[];
  readonly raw?: Uint8Array;
}

export interface ResourceSpec {
  readonly resource?: Attributes;
  readonly schemaUrl?: string;
  readonly scopes: readonly ScopeSpec[];
  readonly raw?: Uint8Array;
}

/** An `ExportTraceServiceRequest`. */
export function encodeRequest(resources: readonly ResourceSpec[]): Buffer {
  return Buffer.concat(resources.map((spec) => message(1, resourceSpans(spec))));
}

function resourceSpans({ resource = [], scopes, schemaUrl, raw = NOTHING }: ResourceSpec): Buffer {
  return Buffer.concat([
    message(1, attributes(1, resource)),
    ...scopes.map((scope) => message(2, scopeSpans(scope))),
    ...(schemaUrl === undefined ? [] : [message(3, schemaUrl)]),
    raw,
  ]);
}

function scopeSpans({ name, version, attributes: own = [], spans, raw = NOTHING }: ScopeSpec): Buffer {
  const scope = [optional(1, name), optional(2, version), attributes(3, own)];
  return Buffer.concat([message(1, ...scope), ...spans.map((one) => message(2, span(one))), raw]);
}

function span(spec: SpanSpec): Buffer {
  const { events = [], links = [], status } = spec;
  return Buffer.concat([
    message(1, Buffer.from(spec.traceId, 'hex')),
    message(2, Buffer.from(spec.spanId, 'hex')),
    optional(3, spec.traceState),
    ...(spec.parentSpanId === undefined ? [] : [message(4, Buffer.from(spec.parentSpanId, 'hex'))]),
    optional(5, spec.name),
    varintField(6, spec.kind ?? 1),
    fixed64(7, spec.start),
    fixed64(8, spec.end),
    attributes(9, spec.attributes ?? []),
    ...events.map((event) =>
      message(11, fixed64(1, event.time), message(2, event.name), attributes(3, event.attributes ?? [])),
    ),
    ...links.map((link) =>
      message(
        13,
        message(1, Buffer.from(link.traceId, 'hex')),
        message(2, Buffer.from(link.spanId, 'hex')),
        optional(3, link.traceState),
        attributes(4, link.attributes ?? []),
      ),
    ),
    ...(status === undefined
      ? []
      : [message(15, optional(2, status.message), varintField(3, status.code ?? 0))]),
    ...(spec.flags === undefined ? [] : [fixed32(16, spec.flags)]),
    spec.raw ?? NOTHING,
  ]);
}

function attributes(field: number, list: Attributes): Buffer {
  return Buffer.concat(
    list.map(([key, value]) =>
      message(
        field,
        message(1, key),
        message(2, anyValue(typeof value === 'string' ? { string: value } : value)),
      ),
    ),
  );
}

function anyValue(value: Value): Buffer {
  if ('string' in value) return message(1, value.string);
  if ('bool' in value) return varintField(2, value.bool ? 1 : 0);
  if ('int' in value) return varintField(3, value.int);
  if ('double' in value) return double(4, value.double);
  if ('array' in value) return message(5, ...value.array.map((one) => message(1, anyValue(one))));
  if ('map' in value) return message(6, attributes(1, value.map));
  if ('bytes' in value) return message(7, value.bytes);
  return 'raw' in value ? Buffer.from(value.raw) : Buffer.alloc(0);
}

const NOTHING = new Uint8Array();

export function message(field: number, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

const optional = (field: number, text: string | undefined): Buffer =>
  text === undefined ? Buffer.alloc(0) : message(field, text);

export const varintField = (field: number, value: bigint | number): Buffer =>
  Buffer.concat([varint(field * 8), varint(value)]);

export function fixed64(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return Buffer.concat([varint(field * 8 + 1), bytes]);
}

export function fixed32(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return Buffer.concat([varint(field * 8 + 5), bytes]);
}

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(field * 8 + 1), bytes]);
}

function varint(value: bigint | number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
