import { GEN_AI, TOLLGATE } from '../attributes.ts';
import type { AttributeSource, Convention, ReportColumn } from './types.ts';

const named =
  (convention: Convention) =>
  (...attributes: readonly string[]): readonly AttributeSource[] =>
    attributes.map((attribute) => ({ attribute, convention }));

const genAi = named('GenAI');
const old = named('GenAI, old');
const openInference = named('OpenInference');
const openLlmetry = named('OpenLLMetry');
const vercel = named('Vercel AI SDK');
const vendor = named('vendor');
const own = named('Tollgate');

/** What the Vercel AI SDK's providers say beyond its own usage, as JSON. */
const metadata = (...path: readonly string[]): AttributeSource => ({
  attribute: 'ai.response.providerMetadata',
  convention: 'Vercel AI SDK',
  path,
});

/**
 * Names under which instrumentation in the field sends each column of a report, best first; the first that is there and
 * not empty is taken. Values inside JSON stand last: they are read only where no attribute of their own has them.
 * Only JSON that a provider wrote is read, never what a model or a user wrote.
 */
export const ATTRIBUTE_SOURCES: Readonly<Record<ReportColumn, readonly AttributeSource[]>> = {
  operation: genAi(GEN_AI.operation),
  provider: [
    ...genAi(GEN_AI.provider),
    ...old(GEN_AI.providerOld),
    ...openInference('llm.provider', 'llm.system', 'embedding.provider'),
    ...vercel('ai.model.provider'),
  ],
  model: [
    ...genAi(GEN_AI.responseModel, GEN_AI.requestModel),
    ...openInference('llm.model_name', 'embedding.model_name'),
    ...openLlmetry('llm.response.model', 'llm.request.model'),
    ...vercel('ai.response.model', 'ai.model.id'),
  ],
  response_id: [...genAi(GEN_AI.responseId), ...vercel('ai.response.id')],
  input_tokens: [
    ...genAi(GEN_AI.inputTokens),
    ...old(GEN_AI.inputTokensOld),
    ...openInference('llm.token_count.prompt'),
    ...openLlmetry('llm.usage.prompt_tokens'),
    ...vercel('ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'),
  ],
  output_tokens: [
    ...genAi(GEN_AI.outputTokens),
    ...old(GEN_AI.outputTokensOld),
    ...openInference('llm.token_count.completion'),
    ...openLlmetry('llm.usage.completion_tokens'),
    ...vercel('ai.usage.outputTokens', 'ai.usage.completionTokens'),
  ],
  cache_read_tokens: [
    ...genAi(GEN_AI.cacheReadTokens),
    ...old('gen_ai.usage.cache_read_input_tokens', 'gen_ai.usage.input_tokens.cached'),
    ...openInference('llm.token_count.prompt_details.cache_read'),
    ...vercel('ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'),
    ...vendor('gen_ai.usage.details.cache_read_tokens', 'gen_ai.usage.details.cache_read_input_tokens'),
    metadata('anthropic', 'cacheReadInputTokens'),
    metadata('anthropic', 'usage', 'cache_read_input_tokens'),
    metadata('openai', 'cachedPromptTokens'),
  ],
  cache_creation_tokens: [
    ...genAi(GEN_AI.cacheCreationTokens, 'gen_ai.usage.cache_write.input_tokens'),
    ...old('gen_ai.usage.cache_creation_input_tokens', 'gen_ai.usage.input_tokens.cache_write'),
    ...openInference('llm.token_count.prompt_details.cache_write'),
    ...vercel('ai.usage.inputTokenDetails.cacheWriteTokens'),
    ...vendor('gen_ai.usage.details.cache_write_tokens', 'gen_ai.usage.details.cache_creation_input_tokens'),
    metadata('anthropic', 'cacheCreationInputTokens'),
    metadata('anthropic', 'usage', 'cache_creation_input_tokens'),
  ],
  cache_creation_1h_tokens: [
    ...own(TOLLGATE.cacheCreation1hTokens),
    ...vendor('anthropic.usage.cache_creation.ephemeral_1h_input_tokens'),
    metadata('anthropic', 'usage', 'cache_creation', 'ephemeral_1h_input_tokens'),
  ],
  reasoning_tokens: [
    ...genAi(GEN_AI.reasoningTokens),
    ...old('gen_ai.usage.reasoning_tokens', 'gen_ai.usage.output_tokens.reasoning'),
    ...openInference('llm.token_count.completion_details.reasoning'),
    ...openLlmetry('llm.usage.reasoning_tokens'),
    ...vercel('ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'),
    ...vendor('gen_ai.usage.details.reasoning_tokens'),
    metadata('openai', 'reasoningTokens'),
    metadata('anthropic', 'usage', 'output_tokens_details', 'thinking_tokens'),
  ],
  service_tier: [
    ...own(TOLLGATE.serviceTier),
    ...genAi('openai.response.service_tier'),
    ...old('gen_ai.openai.response.service_tier', 'gen_ai.response.service_tier'),
    ...vendor('anthropic.response.service_tier'),
    metadata('openai', 'serviceTier'),
    metadata('anthropic', 'usage', 'service_tier'),
    ...genAi('openai.request.service_tier'),
    ...old('gen_ai.openai.request.service_tier'),
  ],
};

/** Every attribute of these that is metadata on its own: numbers, names and ids, and never text of a model or a user. */
export const CONVENTION_ATTRIBUTES: readonly string[] = [
  ...new Set(
    Object.values(ATTRIBUTE_SOURCES)
      .flat()
      .filter(({ path }) => path === undefined)
      .map(({ attribute }) => attribute),
  ),
];
