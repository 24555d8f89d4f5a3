import type { ModelReport, ModelUsage } from '../../face.ts';
import { cacheWrites, hourWrites, servedTier } from './provider-metadata.ts';

/** Usage as the AI SDK's models report it. Totals include cached and reasoning tokens. */
export interface AiSdkUsage {
  readonly inputTokens: {
    readonly total: number | undefined;
    readonly noCache: number | undefined;
    readonly cacheRead: number | undefined;
    readonly cacheWrite: number | undefined;
  };
  readonly outputTokens: { readonly total: number | undefined; readonly reasoning: number | undefined };
  /** As the provider counts it. */
  readonly raw?: unknown;
}

export interface AiSdkResponse {
  readonly id?: string | undefined;
  readonly modelId?: string | undefined;
}

/** What a model has shown of a call, in one piece or part by part. */
export interface Shown {
  readonly usage?: AiSdkUsage | undefined;
  readonly response?: AiSdkResponse | undefined;
  readonly output: unknown;
  readonly metadata?: unknown;
  /** The tier by which the call counts where the provider's metadata names none. */
  readonly tier?: string | undefined;
}

export function reportOf(
  { usage, response, output, metadata, tier }: Shown,
  cachedLeftOut = false,
): ModelReport {
  return {
    usage: usage === undefined ? undefined : usageOf(usage, metadata, cachedLeftOut),
    responseId: response?.id,
    responseModel: response?.modelId,
    output,
    serviceTier: servedTier(metadata) ?? tier,
  };
}

/** The AI SDK's usage in the gate's words. `cachedLeftOut`: its total does not hold cached tokens, so they are added. */
function usageOf(
  { inputTokens: input, outputTokens: output, raw }: AiSdkUsage,
  metadata: unknown,
  cachedLeftOut: boolean,
): ModelUsage {
  const cacheWrite = input.cacheWrite ?? cacheWrites(metadata);
  const cached = (input.cacheRead ?? 0) + (cacheWrite ?? 0);
  const total = input.total;
  return {
    inputTokens: total === undefined ? undefined : total + (cachedLeftOut || cached > total ? cached : 0),
    outputTokens: output.total,
    cacheReadTokens: input.cacheRead,
    cacheCreationTokens: cacheWrite,
    cacheCreation1hTokens: hourWrites(raw, metadata),
    reasoningTokens: output.reasoning,
  };
}

/** Models of specification v2 reported what their provider did, and these providers do not count cached tokens as input. */
export function leavesOutCached(specification: string, provider: string): boolean {
  return specification === 'v2' && /anthropic|bedrock/.test(provider);
}

/** The AI SDK's provider names (`openai.responses`, `anthropic.messages` …) in the words of the GenAI conventions. */
const NAMES: Readonly<Record<string, string>> = {
  'amazon-bedrock': 'aws.bedrock',
  azure: 'azure.ai.openai',
  google: 'gcp.gemini',
  vertex: 'gcp.vertex_ai',
  'google-vertex': 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  xai: 'x_ai',
};

export function providerName(provider: string): string {
  const [family = ''] = provider.split('.');
  return Object.hasOwn(NAMES, family) ? (NAMES[family] as string) : family;
}

/** Provider and model of a call. A gateway's model names its provider itself (`openai/gpt-4o-mini`), and costs what it costs there. */
export function namesOf(model: { readonly provider: string; readonly modelId: string }): {
  readonly provider: string;
  readonly model: string;
} {
  const [, creator, name] = /^([^/]+)[/](.+)$/.exec(model.modelId) ?? [];
  return model.provider === 'gateway' && creator !== undefined && name !== undefined
    ? { provider: providerName(creator), model: name }
    : { provider: providerName(model.provider), model: model.modelId };
}
