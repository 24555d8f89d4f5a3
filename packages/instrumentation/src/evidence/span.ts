import {
  type Attributes,
  context,
  type HrTime,
  isSpanContextValid,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import { RandomIdGenerator, type ReadableSpan } from '@opentelemetry/sdk-trace';

const ids = new RandomIdGenerator();
const SCOPE = { name: '@tollgate/instrumentation', version: '0.1.0' } as const;

export interface SpanFacts {
  readonly name: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Attributes;
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

/** A span of our own, always sampled, in the trace of its parent or in a new one. */
export function newSpanContext(parent: SpanContext | undefined): SpanContext {
  return {
    traceId: parent?.traceId ?? ids.generateTraceId(),
    spanId: ids.generateSpanId(),
    traceFlags: TraceFlags.SAMPLED,
  };
}

/**
 * One closed span as a serialised ExportTraceServiceRequest. Built without a tracer, so that no sampler, limit or
 * switch of the application's OpenTelemetry can drop or shorten evidence.
 */
export function serialiseSpan(resource: Resource, facts: SpanFacts): Uint8Array | undefined {
  const { name, startNs, endNs, attributes, spanContext, parent, client, errorType } = facts;
  const span: ReadableSpan = {
    name,
    kind: client ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => spanContext,
    ...(parent === undefined ? {} : { parentSpanContext: parent }),
    startTime: hrTime(startNs),
    endTime: hrTime(endNs),
    duration: hrTime(endNs - startNs),
    status: { code: errorType === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: errorType === undefined ? attributes : { ...attributes, 'error.type': errorType },
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
  return ProtobufTraceSerializer.serializeRequest([span]);
}

function hrTime(ns: bigint): HrTime {
  return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
}
