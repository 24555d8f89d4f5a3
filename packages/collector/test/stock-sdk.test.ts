import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SimpleSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEYS, type Running, start } from './support/running.ts';

let running: Running;
beforeAll(async () => {
  running = await start();
});
afterAll(() => running.collector.close());

/** One chat span with GenAI conventions, sent by the stock SDK; nothing of Tollgate on the sender's side. */
async function chat(exporter: SpanExporter) {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'stock',
      ports: [1, 2],
      'tollgate.principal': 'mallory',
    }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('stock-scope', '1.2.3');
  const span = tracer.startSpan('chat gpt-5', {
    kind: SpanKind.CLIENT,
    startTime: [1_750_000_000, 123_456_789],
  });
  span.setAttributes({
    'gen_ai.operation.name': 'chat',
    'gen_ai.usage.input_tokens': 1110,
    'gen_ai.request.temperature': 0.25,
    'gen_ai.response.finish_reasons': ['stop', 'é'],
    'gen_ai.request.stream': false,
  });
  span.addEvent('first token', { n: 1 }, [1_750_000_000, 500_000_000]);
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'late' });
  span.end([1_750_000_001, 0]);
  await provider.forceFlush();
  await provider.shutdown();
  return span.spanContext();
}

test.each([
  ['protobuf', ProtobufExporter],
  ['JSON', JsonExporter],
] as const)('a stock SDK that exports %s is stored', async (_encoding, Exporter) => {
  const { url } = running.listening;
  const exporter = new Exporter({
    url: `${url}/v1/traces`,
    headers: { authorization: `Bearer ${KEYS.any}` },
  });
  const { traceId, spanId } = await chat(exporter);
  expect(running.store.rows.at(-1)).toMatchObject({
    traceId,
    spanId,
    parentSpanId: '',
    timestamp: 1_750_000_000_123_456_789n,
    duration: 876_543_211n,
    spanName: 'chat gpt-5',
    spanKind: 'Client',
    statusCode: 'Error',
    statusMessage: 'late',
    serviceName: 'stock',
    scopeName: 'stock-scope',
    scopeVersion: '1.2.3',
    spanAttributes: [
      ['gen_ai.operation.name', 'chat'],
      ['gen_ai.request.stream', 'false'],
      ['gen_ai.request.temperature', '0.25'],
      ['gen_ai.response.finish_reasons', '["stop","é"]'],
      ['gen_ai.usage.input_tokens', '1110'],
    ],
    events: [{ timestamp: 1_750_000_000_500_000_000n, name: 'first token', attributes: [['n', '1']] }],
  });
  const resource = new Map(running.store.rows.at(-1)?.resourceAttributes);
  expect(resource.get('tollgate.principal')).toBe('platform');
  expect(resource.get('ports')).toBe('[1,2]');
});
