import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectApi, ifFound } from '../../src/demo/api.ts';
import { waitUntil } from '../../src/demo/wait-until.ts';
import type { RunningSystem } from '../support/running-system.ts';

const priced = z.object({
  model_calls: z.array(z.object({ counted: z.boolean(), cost_usd: z.string().nullable() })),
  cost: z.object({ usd: z.string().nullable(), calls: z.number(), unpriced_calls: z.number() }),
});

/** An agent that knows nothing of Tollgate: stock SDK, GenAI conventions, an exporter that points at the collector. */
export function describeStockOpenTelemetry(system: () => RunningSystem): void {
  describe('spans of a stock OpenTelemetry SDK', () => {
    it('appear with their cost, counted once although the agent span repeats the usage', async () => {
      const traceId = await sendStockSpans(system());
      const run_id = traceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      const api = connectApi(system().serviceUrl, system().admin.token);
      const { cost, model_calls } = await waitUntil(
        { until: Date.now() + 20_000, waitingFor: 'the price of a stock span' },
        async () => {
          const answer = await ifFound(api.get(`/v1/runs/${run_id}/evidence`, priced));
          // The run may show before its calls: what a span fills is filled one table after the other.
          return answer !== undefined && answer.cost.calls > 0 && answer.cost.unpriced_calls === 0
            ? answer
            : undefined;
        },
      );
      // (1000 - 400) x 2.5e-6 + 400 x 1.25e-6 + 100 x 1e-5, worked out by hand.
      expect(cost).toEqual({ usd: '0.003', calls: 1, unpriced_calls: 0 });
      expect(model_calls).toHaveLength(1);
    });
  });
}

async function sendStockSpans({ provision, otlpUrl }: RunningSystem): Promise<string> {
  const { agentKeys } = await provision({
    people: [],
    agents: [{ principal: 'stock-agent', team: 'engineering', workflows: ['*'] }],
  });
  const exporter = new OTLPTraceExporter({
    url: otlpUrl,
    headers: { authorization: `Bearer ${agentKeys['stock-agent']}` },
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'stock-agent' }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('stock-instrumentation', '1.0.0');
  const usage = {
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.response.model': 'gpt-4o-2024-08-06',
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 100,
    'gen_ai.usage.cache_read.input_tokens': 400,
  };
  const agent = tracer.startSpan('invoke_agent helper', {
    attributes: { 'gen_ai.operation.name': 'invoke_agent', ...usage },
  });
  const inside = trace.setSpan(ROOT_CONTEXT, agent);
  tracer
    .startSpan('chat gpt-4o', { attributes: { 'gen_ai.operation.name': 'chat', ...usage } }, inside)
    .end();
  agent.end();
  await provider.forceFlush();
  await provider.shutdown();
  return agent.spanContext().traceId;
}
