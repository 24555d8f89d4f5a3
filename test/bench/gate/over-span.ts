import { SpanKind } from '@opentelemetry/api';
import { NoopSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { figures, microseconds, rounded, shown } from '../figures.ts';
import type { BenchHouse } from './bench-house.ts';
import { SAM } from './workflow.ts';

const CALLS = 2048;
const PARALLEL = 64;
const ROUNDS = 30;
const WARM_UP = 8;

/** The attributes that a gate's span carries, besides content and record. */
const ATTRIBUTES = {
  'tollgate.run.id': '01a20940-13fb-7092-baae-644848768a2b',
  'tollgate.writer': '5e0fae33-7a4d-4b5e-8d5a-0d2e9f0f7b11',
  'tollgate.workflow': 'bench',
  'tollgate.policy.version': `sha256:${'a'.repeat(64)}`,
  'tollgate.owner': 'ola@example.com',
  'tollgate.team': 'support',
  'gen_ai.tool.name': 'search_tickets',
  'gen_ai.tool.call.id': '0d2e9f0f-7a4d-4b5e-8d5a-5e0fae337b11',
  'tollgate.action': 'search',
  'tollgate.action.class': 1,
  'tollgate.verdict': 'allow',
  'tollgate.reason': 'class_1_allowed',
  'tollgate.enforcement': 'executed',
  'gen_ai.operation.name': 'execute_tool',
} as const;

/** A gated class-1 call, with its record written when it is over, beside one plain span with 14 attributes. */
export async function overSpan(house: BenchHouse, print: (line: string) => void): Promise<number> {
  const tollgate = await house.start();
  const search = tollgate.tool({
    name: 'search_tickets',
    execute: async ({ query }: { query: string }) => ({ id: 'T-7', subject: query }),
  });
  const tracer = new TracerProvider({ spanProcessors: [new NoopSpanProcessor()] }).getTracer('bench');
  const plain = () => {
    for (let call = 0; call < CALLS; call++) {
      const span = tracer.startSpan('gate search_tickets', { kind: SpanKind.INTERNAL });
      for (const [name, value] of Object.entries(ATTRIBUTES)) span.setAttribute(name, value);
      span.end();
    }
  };
  const gated = async () => {
    for (let call = 0; call < CALLS; call += PARALLEL)
      await Promise.all(
        Array.from({ length: PARALLEL }, (_, index) => search({ query: `printer ${call + index}` })),
      );
  };
  const one = async () => {
    for (let call = 0; call < PARALLEL; call++) await search({ query: `printer ${call}` });
  };
  const times = {
    plain: [] as number[],
    gated: [] as number[],
    ratio: [] as number[],
    alone: [] as number[],
  };
  const { error } = await tollgate.run({ initiator: SAM }, async () => {
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      const span = (await microseconds(plain)) / CALLS;
      const call = (await microseconds(gated)) / CALLS;
      const alone = (await microseconds(one)) / PARALLEL;
      if (round < 0) continue;
      times.plain.push(span);
      times.gated.push(call);
      times.ratio.push(call / span);
      times.alone.push(alone);
    }
  });
  if (error !== undefined) throw error;
  print(`plain span, 14 attributes       ${shown(figures(times.plain), 'µs')} of ${CALLS} spans each`);
  print(
    `gated class-1 call, ${PARALLEL} parallel  ${shown(figures(times.gated), 'µs')} of ${CALLS} calls each`,
  );
  print(
    `gated class-1 call, alone       ${shown(figures(times.alone), 'µs')} of ${PARALLEL} calls each, each waiting for its write`,
  );
  print(`gated call over span, by round  ${shown(figures(times.ratio), '×')}`);
  return rounded(figures(times.ratio).median);
}
