import { GEN_AI } from '@tollgate/contract';

/**
 * Which attributes say the same thing: current GenAI conventions first, then their old names, then OpenInference and
 * OpenLLMetry. The first that is present counts. The views are rendered from this table.
 */
export const ATTRIBUTE_ALIASES = {
  operation: [GEN_AI.operation, 'llm.request.type'],
  provider: [GEN_AI.provider, GEN_AI.providerOld, 'llm.provider', 'llm.system'],
  responseModel: [GEN_AI.responseModel],
  requestModel: [GEN_AI.requestModel, 'llm.model_name', 'embedding.model_name'],
  responseId: [GEN_AI.responseId],
  input: [GEN_AI.inputTokens, GEN_AI.inputTokensOld, 'llm.token_count.prompt'],
  output: [GEN_AI.outputTokens, GEN_AI.outputTokensOld, 'llm.token_count.completion'],
  cacheRead: [
    GEN_AI.cacheReadTokens,
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.details.cache_read_tokens',
    'llm.token_count.prompt_details.cache_read',
  ],
  cacheCreation: [
    GEN_AI.cacheCreationTokens,
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.details.cache_write_tokens',
    'llm.token_count.prompt_details.cache_write',
  ],
  reasoning: [
    GEN_AI.reasoningTokens,
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.details.reasoning_tokens',
    'llm.token_count.completion_details.reasoning',
  ],
} as const;

/** OpenInference says what a span is by its kind; LLM and EMBEDDING are model calls, the rest is something else. */
export const SPAN_KIND_ATTRIBUTE = 'openinference.span.kind';

/** Words for an operation other than the conventions', and what they stand for. Keys in lower case. */
export const OPERATION_WORDS: Readonly<Record<string, string>> = {
  llm: 'chat',
  completion: 'text_completion',
  embedding: 'embeddings',
};

/**
 * Resource attributes that describe a process and not what it was told: by prefix, as there are hundreds. Command
 * lines are left out, since an agent's prompt may be an argument.
 */
export const RESOURCE_METADATA_PREFIXES = [
  'service.',
  'telemetry.',
  'deployment.',
  'host.',
  'os.',
  'container.',
  'k8s.',
  'cloud.',
  'process.runtime.',
  'process.pid',
  'tollgate.',
] as const;

/** Attributes of events that are metadata beside those of spans. */
export const EVENT_METADATA = ['exception.type', 'exception.escaped'] as const;
