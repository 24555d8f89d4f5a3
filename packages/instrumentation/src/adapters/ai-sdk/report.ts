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
): ModelReport {
  return {
    usage: usage === undefined ? undefined : usageOf(usage),
    responseId: response?.id,
    responseModel: response?.modelId,
    output,
  };
}

function usageOf({ inputTokens: input, outputTokens: output }: AiSdkUsage): ModelUsage {
  return {
    inputTokens: input.total,
    outputTokens: output.total,
    cacheReadTokens: input.cacheRead,
    cacheCreationTokens: input.cacheWrite,
    reasoningTokens: output.reasoning,
  };
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
