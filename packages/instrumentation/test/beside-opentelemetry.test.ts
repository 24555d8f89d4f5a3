import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type House, openHouse, SAM } from './support/house.ts';
import { chainOf } from './support/spans.ts';
import { INTERNAL_WORKFLOW } from './support/workflows.ts';

let house: House;
let exporter = new InMemorySpanExporter();
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterEach(() => {
  trace.disable();
  exporter = new InMemorySpanExporter();
});
afterAll(() => house.close());

async function governed() {
  const tollgate = await house.start({ resource: { 'service.instance.id': 'app-7' } });
  const classify = tollgate.tool({ name: 'classify', execute: async () => 'bug' });
  const result = await tollgate.run({ initiator: SAM }, () => classify({}));
  await tollgate.flush();
  return chainOf(house.spans(), result.runId);
}

test('the application samples nothing: our evidence is whole, its exporter stays empty', async () => {
  const provider = new TracerProvider({
    sampler: new AlwaysOffSampler(),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  trace.setGlobalTracerProvider(provider);
  const chain = await trace.getTracer('app').startActiveSpan('request', async (span) => {
    const spans = await governed();
    span.end();
    return spans;
  });
  expect(chain.map(({ record }) => record.kind)).toEqual(['run_started', 'tool_called', 'run_sealed']);
  expect(exporter.getFinishedSpans()).toEqual([]);
  await provider.shutdown();
});

test('the application has a trace: ours join it, and its exporter gets its own spans only', async () => {
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  const { chain, parent } = await trace.getTracer('app').startActiveSpan('request', async (span) => {
    const spans = await governed();
    span.end();
    return { chain: spans, parent: span.spanContext() };
  });
  expect(chain.every(({ traceId }) => traceId === parent.traceId)).toBe(true);
  expect(chain[0]?.parentSpanId).toBe(parent.spanId);
  expect(chain[0]?.resource).toMatchObject({
    'service.instance.id': 'app-7',
    'tollgate.principal': 'test-agent',
  });
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['request']);
  await provider.shutdown();
});

test('limits that an application sets for its spans do not shorten evidence', async () => {
  process.env['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT'] = '1';
  process.env['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'] = '5';
  try {
    expect((await governed()).length).toBe(3);
  } finally {
    delete process.env['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT'];
    delete process.env['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'];
  }
});
