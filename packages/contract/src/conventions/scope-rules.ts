import type { ScopeRule } from './types.ts';

/** What the conventions say; a scope that is not listed is read so. */
export const DEFAULT_MEANING = {
  input: 'includes_cached',
  zero: 'count',
  output: 'final',
  cached: 'said',
  numbers: 'provider',
  spans: 'by_marker',
} as const satisfies Partial<ScopeRule>;

type Said = Partial<ScopeRule> & Pick<ScopeRule, 'scope' | 'library' | 'note'>;

const rule = (said: Said): ScopeRule => ({ ...DEFAULT_MEANING, ...said });

/**
 * Scopes that report the calls of an SDK or a framework, and what each means, as its own spans showed (test/instrumentations
 * runs them). The first rule that fits a span is the one.
 */
export const SCOPE_RULES: readonly ScopeRule[] = [
  rule({
    scope: 'com.anthropic.sdk.*',
    library: 'Anthropic’s own SDK',
    provider: 'anthropic',
    note: 'on as soon as there is a global tracer provider; knows one-hour cache writes; an aborted stream has input and no output',
  }),
  rule({
    scope: '@traceloop/instrumentation-anthropic',
    library: 'OpenLLMetry for Anthropic, JavaScript',
    provider: 'anthropic',
    input: 'excludes_cached',
    note: 'hands on what the API says, which leaves cached tokens out; no response id',
  }),
  rule({
    scope: '@traceloop/instrumentation-openai',
    library: 'OpenLLMetry for OpenAI, JavaScript',
    cached: 'never_said',
    provider: 'openai',
    note: 'of chat streams no usage, or with `enrichTokens` its own estimates, which nothing on the span tells apart: leave that off',
  }),
  rule({
    scope: '@traceloop/instrumentation-langchain',
    library: 'OpenLLMetry for LangChain, JavaScript',
    cached: 'never_said',
    note: 'no response id; the model without its date',
  }),
  rule({
    scope: '@opentelemetry/instrumentation-openai',
    library: 'OpenTelemetry for OpenAI, JavaScript',
    cached: 'never_said',
    provider: 'openai',
    note: 'a stream that is left in the middle has no span',
  }),
  rule({
    scope: '@arizeai/openinference-instrumentation-openai',
    library: 'OpenInference for OpenAI, JavaScript',
    provider: 'openai',
    note: 'of chat streams no usage; a failed call and a stream that is left in the middle have no span; no response id',
  }),
  rule({
    scope: '@arizeai/openinference-instrumentation-anthropic',
    library: 'OpenInference for Anthropic, JavaScript',
    provider: 'anthropic',
    note: 'adds cached tokens to input itself; no response id; a stream that is left in the middle has no span',
  }),
  rule({
    scope: '@arizeai/openinference-instrumentation-langchain',
    library: 'OpenInference for LangChain, JavaScript',
    note: 'names no provider and no dated model; no response id',
  }),
  rule({
    scope: 'openinference.instrumentation.anthropic',
    library: 'OpenInference for Anthropic, Python',
    provider: 'anthropic',
    output: 'unfinished',
    when: [{ attribute: 'llm.finish_reason', is: 'absent' }],
    note: 'of a stream that is left in the middle, the output that its first event counted',
  }),
  rule({
    scope: 'openinference.instrumentation.*',
    library: 'OpenInference, Python',
    note: 'no response id; for Anthropic it adds cached tokens to input itself',
  }),
  rule({
    scope: 'opentelemetry.instrumentation.anthropic',
    library: 'OpenLLMetry for Anthropic, Python',
    provider: 'anthropic',
    output: 'unfinished',
    when: [{ attribute: 'gen_ai.is_streaming', startsWith: 'true' }],
    note: 'adds what the first event of a stream counted to the final count, which is a few tokens too many',
  }),
  rule({
    scope: 'opentelemetry.instrumentation.anthropic',
    library: 'OpenLLMetry for Anthropic, Python',
    provider: 'anthropic',
    note: 'adds cached tokens to input itself; a stream that is left in the middle has no span',
  }),
  rule({
    scope: 'opentelemetry.instrumentation.openai.v1',
    library: 'OpenLLMetry for OpenAI, Python',
    provider: 'openai',
    note: 'says the tier',
  }),
  rule({
    scope: 'opentelemetry.instrumentation.genai.anthropic',
    library: 'OpenTelemetry for Anthropic, Python',
    provider: 'anthropic',
    output: 'unfinished',
    when: [{ attribute: 'gen_ai.response.finish_reasons', is: 'absent' }],
    note: 'of a stream that is left in the middle, the output that its first event counted',
  }),
  rule({
    scope: 'opentelemetry.instrumentation.genai.*',
    library: 'OpenTelemetry, Python',
    note: 'adds cached tokens to Anthropic’s input itself; says the tier of OpenAI',
  }),
  rule({
    scope: 'ai',
    library: 'AI SDK, telemetry under its older names',
    input: 'excludes_cached',
    when: [
      { attribute: 'ai.model.provider', startsWith: 'anthropic' },
      { attribute: 'ai.usage.inputTokenDetails.noCacheTokens', is: 'absent' },
    ],
    note: 'AI SDK 5 and older, whose Anthropic provider leaves cached tokens out, and may say them in its metadata only; newer ones say how many were not cached',
  }),
  rule({
    scope: 'ai',
    library: 'AI SDK, telemetry under its older names',
    note: 'the outer span repeats the sum of the inner ones; a stream that is left in the middle has no usage',
  }),
  rule({
    scope: 'gen_ai',
    library: 'AI SDK 7 (`@ai-sdk/otel`)',
    note: 'the agent’s span repeats the sum of its calls; reasoning and provider metadata only when switched on',
  }),
];
