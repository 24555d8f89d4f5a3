import type { UsageMetadata } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import type { ModelReport, ModelUsage } from '../../face.ts';
import { fieldOf } from '../shared/field-of.ts';
import { hourWritesIn } from '../shared/hour-writes.ts';
import { isMessage, plainMessage } from './message.ts';
import { servedTier } from './service-tier.ts';

/** LangChain's provider names in the words of the GenAI conventions. */
const NAMES: Readonly<Record<string, string>> = {
  amazon_bedrock: 'aws.bedrock',
  aws: 'aws.bedrock',
  azure: 'azure.ai.openai',
  azure_openai: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  google_genai: 'gcp.gemini',
  google_vertexai: 'gcp.vertex_ai',
  'google-vertexai': 'gcp.vertex_ai',
  ibm: 'ibm.watsonx.ai',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  xai: 'x_ai',
};

export function providerName(provider: string): string {
  const name = provider.toLowerCase();
  return Object.hasOwn(NAMES, name) ? (NAMES[name] as string) : name;
}

type RawUsage = Readonly<Record<string, unknown>> | undefined;

/** What a model returned in one piece. */
export function reportOf({ generations, llmOutput }: ChatResult): ModelReport {
  const messages = generations.map(({ message }) => message);
  const [first] = messages;
  const metadata: Readonly<Record<string, unknown>> = first?.response_metadata ?? {};
  const usage = first === undefined ? undefined : usageMetadataOf(first);
  return {
    usage:
      usage === undefined
        ? tokenUsage(llmOutput?.['tokenUsage'] as RawUsage)
        : usageOf(usage, metadata['usage']),
    responseId: responseId(first?.id, metadata),
    responseModel: responseModel({ ...llmOutput, ...metadata }),
    output: messages.length === 1 ? plainMessage(first) : messages.map(plainMessage),
    serviceTier: servedTier(metadata, first),
  };
}

export function usageMetadataOf(message: unknown): UsageMetadata | undefined {
  return isMessage(message)
    ? (Reflect.get(message, 'usage_metadata') as UsageMetadata | undefined)
    : undefined;
}

/**
 * LangChain's totals include cached and reasoning tokens; those of older Anthropic packages leave the cached ones out, as the
 * provider does, whose own usage (`raw`) then says the same. Zero of everything is how some models write "unknown".
 */
export function usageOf(usage: UsageMetadata, raw?: unknown): ModelUsage | undefined {
  const { input_tokens: input, output_tokens: output } = usage;
  if (!(input > 0) && !(output > 0)) return undefined;
  const { cache_read: cacheRead, cache_creation: cacheCreation } = usage.input_token_details ?? {};
  const cached = (cacheRead ?? 0) + (cacheCreation ?? 0);
  const leftOut =
    cached > input || (cached > 0 && anthropicsOwn(raw) && fieldOf(raw, 'input_tokens') === input);
  return {
    inputTokens: leftOut ? input + cached : input,
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheCreationTokens: cacheCreation,
    cacheCreation1hTokens: hourWritesIn(raw),
    reasoningTokens: usage.output_token_details?.reasoning,
  };
}

function anthropicsOwn(raw: unknown): boolean {
  const names = ['cache_read_input_tokens', 'cache_creation_input_tokens'];
  return names.some((name) => fieldOf(raw, name) !== undefined);
}

/** The older form; estimates have a name of their own there, and are not read. */
function tokenUsage(usage: RawUsage): ModelUsage | undefined {
  const inputTokens = Number(usage?.['promptTokens'] ?? Number.NaN);
  const outputTokens = Number(usage?.['completionTokens'] ?? Number.NaN);
  return inputTokens > 0 || outputTokens > 0 ? { inputTokens, outputTokens } : undefined;
}

/** The provider's, not the one that LangChain makes up where there is none. */
export function responseId(
  id: string | undefined,
  metadata: Readonly<Record<string, unknown>>,
): string | undefined {
  const given = typeof metadata['id'] === 'string' ? metadata['id'] : id;
  return given?.startsWith('run-') === true ? undefined : given;
}

export function responseModel(metadata: Readonly<Record<string, unknown>>): string | undefined {
  const names = [metadata['model_name'], metadata['model'], metadata['modelId'], metadata['model_id']];
  return names.find((name): name is string => typeof name === 'string' && name !== '');
}
