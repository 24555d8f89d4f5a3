import type { Attributes, ResourceSpec, SpanSpec } from '../support/otlp.ts';
import { NOON, SECOND, spanId, traceId } from './ids.ts';

const usage = (input: number, output: number): Attributes => [
  ['gen_ai.usage.input_tokens', { int: input }],
  ['gen_ai.usage.output_tokens', { int: output }],
];
const chat = (model: string, ...more: Attributes): Attributes => [
  ['gen_ai.operation.name', 'chat'],
  ['gen_ai.provider.name', 'openai'],
  ['gen_ai.response.model', model],
  ...more,
];

/** What instrumentation in the field says of model calls: several vocabularies, repeats, gaps and lies. */
const CALLS: Readonly<Record<string, { scope: string; attributes: Attributes }[]>> = {
  'one call in current names': [
    { scope: 'a', attributes: chat('gpt-4o', ...usage(100, 20), ['gen_ai.response.id', 'r-1']) },
  ],
  'the same call from two libraries': [
    { scope: 'a', attributes: chat('gpt-4o', ...usage(100, 20), ['gen_ai.response.id', 'r-2']) },
    {
      scope: 'openinference',
      attributes: [
        ['openinference.span.kind', 'LLM'],
        ['llm.provider', 'openai'],
        ['llm.model_name', 'gpt-4o'],
        ['llm.token_count.prompt', { int: 100 }],
        ['llm.token_count.completion', { int: 20 }],
        ['gen_ai.response.id', 'r-2'],
      ],
    },
  ],
  'an agent that repeats its call': [
    { scope: 'a', attributes: [['gen_ai.operation.name', 'invoke_agent'], ...usage(300, 60)] },
    { scope: 'a', attributes: chat('gpt-4o', ...usage(300, 60)) },
  ],
  'a repeated id in one scope': [
    { scope: 'a', attributes: chat('gpt-4o', ...usage(7, 7), ['gen_ai.response.id', 'r-3']) },
    { scope: 'a', attributes: chat('gpt-4o', ...usage(7, 7), ['gen_ai.response.id', 'r-3']) },
  ],
  'no price, no usage, own cost': [
    { scope: 'a', attributes: chat('a-model-of-our-own', ...usage(10, 10)) },
    { scope: 'a', attributes: chat('gpt-4o') },
    {
      scope: 'a',
      attributes: chat('gpt-4o', ...usage(5, 5), ['tollgate.cost.usd', '0.000000000000001']),
    },
  ],
  'counts that cannot be': [
    { scope: 'a', attributes: chat('gpt-4o', ...usage(-1, 5)) },
    { scope: 'a', attributes: chat('gpt-4o', ['gen_ai.usage.input_tokens', '18446744073709551615']) },
    { scope: 'a', attributes: chat('gpt-4o', ['gen_ai.usage.input_tokens', { double: 1110 }]) },
    { scope: 'a', attributes: chat('gpt-4o', ['gen_ai.usage.input_tokens', '1110.0']) },
    { scope: 'a', attributes: chat('gpt-4o', ['gen_ai.usage.input_tokens', { int: 2n ** 63n - 1n }]) },
    { scope: 'a', attributes: chat('gpt-4o', ...usage(10, 1), ['tollgate.cost.usd', '-500']) },
    { scope: 'a', attributes: chat('gpt-4o', ...usage(10, 1), ['tollgate.cost.usd', { double: 1e300 }]) },
  ],
  'old names': [
    {
      scope: 'openllmetry',
      attributes: [
        ['gen_ai.system', 'openai'],
        ['gen_ai.request.model', 'gpt-4o'],
        ['gen_ai.usage.prompt_tokens', { int: 11 }],
        ['gen_ai.usage.completion_tokens', { int: 3 }],
        ['gen_ai.prompt.0.content', 'a question'],
      ],
    },
    {
      scope: 'ai',
      attributes: [
        ['ai.operationId', 'ai.generateText.doGenerate'],
        ['ai.model.provider', 'openai.responses'],
        ['ai.model.id', 'gpt-4o'],
        ['ai.usage.inputTokens', { int: 12 }],
        ['ai.usage.outputTokens', { int: 4 }],
      ],
    },
  ],
};

/** One request a case, one trace each. */
export function modelCalls(): ResourceSpec[][] {
  return Object.entries(CALLS).map(([name, reports]) => [
    {
      resource: [
        ['service.name', 'stock-agent'],
        ['host.name', 'worker-1'],
        ['process.pid', { int: 12 }],
      ],
      scopes: reports.map(({ scope, attributes }, index) => ({
        name: scope,
        version: '1.2.3',
        spans: [call(name, index, attributes)],
      })),
    },
  ]);
}

const call = (name: string, index: number, attributes: Attributes): SpanSpec => ({
  traceId: traceId(name),
  spanId: spanId(`${name} ${index}`),
  name: 'chat',
  kind: 3,
  // Each lies inside the one before it, as a wrapper's report encloses the wrapped one's.
  start: NOON + BigInt(index) * SECOND,
  end: NOON + 100n * SECOND - BigInt(index) * SECOND,
  attributes,
});
