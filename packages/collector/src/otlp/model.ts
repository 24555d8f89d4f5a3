/**
 * An OTLP trace request as both decoders produce it: only the fields that a landing row needs.
 * Source: opentelemetry-proto, trace.proto and common.proto.
 */
export type AnyValue =
  | undefined
  | string
  | boolean
  | bigint
  | number
  | Uint8Array
  | AnyValue[]
  | KeyValueList;

/** A map value. Entries keep their order and their duplicates, as the wire does. */
export interface KeyValueList {
  readonly entries: readonly KeyValue[];
}

export interface KeyValue {
  readonly key: string;
  /** `undefined` is OTLP's empty value. */
  readonly value: AnyValue;
}

export interface SpanEvent {
  readonly timeUnixNano: bigint;
  readonly name: string;
  readonly attributes: readonly KeyValue[];
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: readonly KeyValue[];
}

export interface Span {
  /** Lower-case hex as sent, of any length; what is not hex (JSON only) is kept as it came. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: number;
  /** Nanoseconds since 1970, unsigned 64 bits. */
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly statusCode: number;
  readonly statusMessage: string;
}

/** Why a span has no model at all. Reasons are part of the quarantine table's vocabulary. */
export type DecodeReason = 'malformed_span' | 'invalid_utf8' | 'nesting_too_deep';

export interface UndecodedSpan {
  readonly defect: DecodeReason;
  readonly message: string;
  /** The span as it came: bytes of the protobuf message, or the parsed JSON value. */
  readonly raw: Uint8Array | { readonly json: unknown };
}

export interface ScopeSpans {
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly spans: readonly (Span | UndecodedSpan)[];
}

export interface ResourceSpans {
  readonly attributes: readonly KeyValue[];
  readonly scopes: readonly ScopeSpans[];
}

export type Decoded =
  | {
      readonly kind: 'decoded';
      readonly resourceSpans: readonly ResourceSpans[];
      /** How many messages the body held, which is what it costs in memory. */
      readonly messages: number;
    }
  | { readonly kind: 'too_large'; readonly message: string }
  | { readonly kind: 'malformed'; readonly message: string };

/** Values nested deeper than this are quarantined: neither decoder nor any reader of the rows need survive more. */
export const MAX_VALUE_DEPTH = 100;

export const isUndecoded = (span: Span | UndecodedSpan): span is UndecodedSpan => 'defect' in span;
