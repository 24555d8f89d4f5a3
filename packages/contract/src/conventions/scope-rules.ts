import type { ScopeRule } from './types.ts';

/** What the conventions say; a scope that is not listed is read so. */
export const DEFAULT_MEANING = {
  input: 'includes_cached',
  zero: 'count',
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
    provider: 'openai',
    note: 'never says cached tokens; of chat streams no usage, or with `enrichTokens` its own estimates, which nothing on the span tells apart: leave that off',
  }),
  rule({
    scope: '@traceloop/instrumentation-langchain',
    library: 'OpenLLMetry for LangChain, JavaScript',
    note: 'never says cached tokens; no response id; the model without its date',
  }),
  rule({
    scope: '@opentelemetry/instrumentation-openai',
    library: 'OpenTelemetry for OpenAI, JavaScript',
    provider: 'openai',
    note: 'never says cached tokens; a stream that is left in the middle has no span',
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
    scope: 'ai',
    library: 'AI SDK, telemetry under its older names',
    input: 'excludes_cached',
    when: [
      { attribute: 'ai.model.provider', startsWith: 'anthropic' },
      { attribute: 'ai.usage.inputTokenDetails.noCacheTokens', is: 'absent' },
    ],
    note: 'AI SDK 4 and 5, whose Anthropic provider leaves cached tokens out (by its documentation; newer ones say how many were not cached)',
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
