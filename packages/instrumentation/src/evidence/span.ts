import {
  type Attributes,
  context,
  isSpanContextValid,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { fieldSize, OtlpWriter } from './otlp-writer.ts';
import { randomHex } from './random-hex.ts';

const SCOPE = { name: '@tollgate/instrumentation', version: '0.1.0' } as const;

/** `Span.flags`: the trace flags, and that whether the parent is remote is known (OTLP, trace.proto, SpanFlags). */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

export interface SpanFacts {
  readonly name: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** One after another; no name stands in two of them. */
  readonly attributes: readonly Attributes[];
  /** More of them, and those that all spans share, as `attributesOf` wrote them. */
  readonly written?: Buffer | undefined;
  readonly spanContext: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly client: boolean;
  /** The error's class name; the span's status is then an error. */
  readonly errorType?: string | undefined;
}

/** The application's active span, if there is one: governed spans join its trace, whatever its sampler decided. */
export function activeSpanContext(): SpanContext | undefined {
  const active = trace.getSpanContext(context.active());
  return active !== undefined && isSpanContextValid(active) ? active : undefined;
}

/** OpenTelemetry reads an id of zeros as none. */
function newId(digits: 16 | 32): string {
  const id = randomHex(digits);
  return id === NONE.slice(0, digits) ? newId(digits) : id;
}

const NONE = '0'.repeat(32);

/** A span of our own, always sampled, in the trace of its parent or in a new one. */
export function newSpanContext(parent: SpanContext | undefined): SpanContext {
  return {
    traceId: parent?.traceId ?? newId(32),
    spanId: newId(16),
    traceFlags: TraceFlags.SAMPLED,
  };
}

/**
 * Writes closed spans, each as a serialised ExportTraceServiceRequest, as OpenTelemetry's own serialiser would. Built without
 * a tracer, so that no sampler, limit or switch of the application's OpenTelemetry can drop or shorten evidence. What all spans
 * of a run share is written once; the official serialiser takes four times as long.
 */
export class SpanWriter {
  private readonly resource: Buffer;
  private readonly scope: Buffer;
  private readonly shared: Buffer;
  private readonly traceField = idField(1);
  private readonly parentField = idField(4);
  private readonly span = new OtlpWriter();
  private readonly request = new OtlpWriter();

  /** @param shared attributes that each span carries */
  constructor(resource: Resource, shared: Attributes) {
    const attributes = written(new OtlpWriter(), 1, resource.attributes).integer(2, 0);
    this.resource = new OtlpWriter().bytes(1, attributes.view()).toBuffer();
    const scope = new OtlpWriter().text(1, SCOPE.name).text(2, SCOPE.version);
    this.scope = new OtlpWriter().bytes(1, scope.view()).toBuffer();
    this.shared = written(new OtlpWriter(), 9, shared).toBuffer();
  }

  /** Attributes as they stand in a span, behind those that all spans share. */
  attributesOf(attributes: Attributes): Buffer {
    return written(new OtlpWriter().raw(this.shared), 9, attributes).toBuffer();
  }

  /** The bytes are the caller's until the next write. */
  write(facts: SpanFacts): Buffer {
    const span = this.spanFields(facts);
    const inScope = this.scope.length + fieldSize(span.length);
    const inResource = this.resource.length + fieldSize(inScope);
    // ExportTraceServiceRequest.resource_spans (1) > ResourceSpans.scope_spans (2) > ScopeSpans.spans (2)
    this.request.reset().header(1, inResource).raw(this.resource).header(2, inScope).raw(this.scope);
    return this.request.message(2, span).view();
  }

  private spanFields(facts: SpanFacts): OtlpWriter {
    const { name, startNs, endNs, attributes, spanContext, parent, client, errorType } = facts;
    const span = this.span.reset().raw(this.traceField(spanContext.traceId)).hex(2, spanContext.spanId);
    if (parent !== undefined) span.raw(this.parentField(parent.spanId));
    span.text(5, name).integer(6, (client ? SpanKind.CLIENT : SpanKind.INTERNAL) + 1);
    span
      .fixed64(7, startNs)
      .fixed64(8, endNs)
      .raw(facts.written ?? this.shared);
    for (const some of attributes) written(span, 9, some);
    if (errorType !== undefined) span.attribute(9, 'error.type', errorType);
    const remote = parent?.isRemote === true ? IS_REMOTE : 0;
    return span.raw(ending(errorType !== undefined, spanContext.traceFlags | HAS_IS_REMOTE | remote));
  }
}

/** A field with an id, which most often is the one that came last. */
function idField(field: number): (id: string) => Buffer {
  let last: string | undefined;
  let bytes: Buffer = Buffer.alloc(0);
  return (id) => {
    if (id !== last) bytes = new OtlpWriter().hex(field, id).toBuffer();
    last = id;
    return bytes;
  };
}

function written(writer: OtlpWriter, field: number, attributes: Attributes): OtlpWriter {
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined) writer.attribute(field, key, value);
  }
  return writer;
}

/** What spans end in: there are few variants. */
const ENDINGS = new Map<number, Buffer>();

/** Nothing dropped of attributes (10), events (12) and links (14); status (15) with its code (3); flags (16). */
function ending(isError: boolean, flags: number): Buffer {
  const key = flags * 2 + (isError ? 1 : 0);
  const known = ENDINGS.get(key);
  if (known !== undefined) return known;
  const status = new OtlpWriter().integer(3, isError ? SpanStatusCode.ERROR : SpanStatusCode.UNSET);
  const writer = new OtlpWriter().integer(10, 0).integer(12, 0).integer(14, 0).bytes(15, status.view());
  const bytes = writer.fixed32(16, flags).toBuffer();
  ENDINGS.set(key, bytes);
  return bytes;
}
