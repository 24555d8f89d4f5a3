import { GEN_AI } from '@tollgate/contract';

/**
 * Names under which instrumentation in the field sends one thing, best first: current GenAI conventions, their old names,
 * OpenInference (`llm.*`), OpenLLMetry and the Vercel AI SDK (`ai.*`). The first that is there is taken.
 */
export const ALIASES = {
  provider: [GEN_AI.provider, GEN_AI.providerOld, 'llm.provider', 'llm.system', 'ai.model.provider'],
  model: [
    GEN_AI.responseModel,
    GEN_AI.requestModel,
    'llm.model_name',
    'embedding.model_name',
    'ai.response.model',
    'ai.model.id',
  ],
  responseId: [GEN_AI.responseId, 'ai.response.id'],
  inputTokens: [
    GEN_AI.inputTokens,
    GEN_AI.inputTokensOld,
    'llm.token_count.prompt',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
  ],
  outputTokens: [
    GEN_AI.outputTokens,
    GEN_AI.outputTokensOld,
    'llm.token_count.completion',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
  ],
  cacheReadTokens: [
    GEN_AI.cacheReadTokens,
    'gen_ai.usage.cache_read_input_tokens',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.cachedInputTokens',
  ],
  cacheCreationTokens: [
    GEN_AI.cacheCreationTokens,
    'gen_ai.usage.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
  ],
  reasoningTokens: [
    GEN_AI.reasoningTokens,
    'gen_ai.usage.reasoning_tokens',
    'llm.token_count.completion_details.reasoning',
    'ai.usage.reasoningTokens',
  ],
} as const satisfies Record<string, readonly string[]>;

/** Resource attributes that are metadata: what ran where. Everything else a resource says is content. */
export const RESOURCE_METADATA = {
  names: [
    'tollgate.principal',
    'process.pid',
    'process.runtime.name',
    'process.runtime.version',
    'host.name',
    'host.arch',
    'host.id',
    'os.type',
    'deployment.environment',
    'deployment.environment.name',
    'container.id',
  ],
  prefixes: ['service.', 'telemetry.', 'cloud.', 'k8s.'],
} as const;
