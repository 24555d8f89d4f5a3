import { type Context, context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { SCENARIOS, type Scenario } from '../../scenarios.ts';
import { readOrder } from './order.ts';

/** What a set-up does for one scenario; `prompt` tells the provider which one it is. */
export type Play = (scenario: Scenario, prompt: string) => Promise<unknown>;

export interface Stage {
  readonly openaiUrl: string;
  readonly anthropicUrl: string;
  readonly provider: TracerProvider;
  /** Plays what was ordered, each scenario in a trace that was begun elsewhere, and sends all spans. */
  run(play: Play): Promise<void>;
}

/** OpenTelemetry as an application sets it up: a global provider, spans in batches over OTLP/HTTP to the collector. */
export function openStage(processorOf: (exporter: OTLPTraceExporter) => SpanProcessor = batches): Stage {
  const order = readOrder();
  const exporter = new OTLPTraceExporter({
    url: `${order.collector}/v1/traces`,
    headers: { authorization: `Bearer ${order.key}` },
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'app', 'service.instance.id': order.instance }),
    spanProcessors: [processorOf(exporter)],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return {
    openaiUrl: `${order.provider}/v1`,
    anthropicUrl: order.provider,
    provider,
    run: async (play) => {
      for (const { scenario, traceparent } of order.plays) await playOne(play, scenario, traceparent);
      await provider.forceFlush();
      await provider.shutdown();
      // Streams that were left in the middle may hold a connection for as long as the provider keeps it.
      process.exit(0);
    },
  };
}

const batches = (exporter: OTLPTraceExporter): SpanProcessor => new BatchSpanProcessor({ exporter });

async function playOne(play: Play, name: string, traceparent: string): Promise<void> {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  const parent: Context = propagation.extract(ROOT_CONTEXT, { traceparent });
  const prompt = `Say something. scenario:${name} play:${traceparent.split('-')[1]}`;
  const failed = await context.with(parent, () =>
    play(scenario, prompt).then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
  // A failure is to be seen by the application, and nothing else is to fail.
  if ((scenario.ends === 'failed') !== (failed !== undefined))
    throw new Error(`${name}: ${failed === undefined ? 'did not fail' : 'failed'}`, { cause: failed });
}
