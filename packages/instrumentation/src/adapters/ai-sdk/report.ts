import type { ModelReport, ModelUsage } from '../../face.ts';

/** Usage as the AI SDK's models report it. Totals include cached and reasoning tokens. */
export interface AiSdkUsage {
  readonly inputTokens: {
    readonly total: number | undefined;
    readonly noCache: number | undefined;
    readonly cacheRead: number | undefined;
    readonly cacheWrite: number | undefined;
  };
  readonly outputTokens: { readonly total: number | undefined; readonly reasoning: number | undefined };
}

export interface AiSdkResponse {
  readonly id?: string | undefined;
  readonly modelId?: string | undefined;
}

export function reportOf(
  usage: AiSdkUsage | undefined,
  response: AiSdkResponse | undefined,
  output: unknown,
  cachedLeftOut = false,
): ModelReport {
  return {
    usage: usage === undefined ? undefined : usageOf(usage, cachedLeftOut),
    responseId: response?.id,
    responseModel: response?.modelId,
    output,
  };
}

/** The AI SDK's usage in the gate's words. `cachedLeftOut`: its total does not hold cached tokens, so they are added. */
export function usageOf(
  { inputTokens: input, outputTokens: output }: AiSdkUsage,
  cachedLeftOut = false,
): ModelUsage {
  const cached = (input.cacheRead ?? 0) + (input.cacheWrite ?? 0);
  const total = input.total;
  return {
    inputTokens: total === undefined ? undefined : total + (cachedLeftOut || cached > total ? cached : 0),
    outputTokens: output.total,
    cacheReadTokens: input.cacheRead,
    cacheCreationTokens: input.cacheWrite,
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
