import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** The service's traces of itself, where somebody wants them. */
export interface OwnTraces {
  readonly tracer?: Tracer;
  /** Sends what is left. */
  stop(): Promise<void>;
}

/**
 * Spans of the service's own requests, sent to an OTLP/HTTP address such as `http://collector:4318/v1/traces`; without
 * one there are none. They are no evidence: only an operator who names the evidence collector gets them in there.
 */
export function ownTraces(url: string | undefined): OwnTraces {
  if (url === undefined) return { stop: async () => undefined };
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'tollgate-query-service' }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) })],
  });
  return { tracer: provider.getTracer('@tollgate/query-service'), stop: () => provider.shutdown() };
}
