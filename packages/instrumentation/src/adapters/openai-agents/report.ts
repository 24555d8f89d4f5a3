import type { ModelReport, ModelUsage } from '../../face.ts';
import { hourWrites, servedTier as servedByAiSdk } from '../ai-sdk/provider-metadata.ts';
import { fieldOf } from '../shared/field-of.ts';
import { hourWritesIn } from '../shared/hour-writes.ts';
import { servedTier } from './service-tier.ts';

type Counts = Readonly<Record<string, number>>;

/** The SDK's Usage. Totals include cached and reasoning tokens; what a provider did not report is 0 there. */
export interface AgentsUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly inputTokensDetails?: Counts | readonly Counts[] | undefined;
  readonly outputTokensDetails?: Counts | readonly Counts[] | undefined;
}

/** What getResponse returns, and what the last event of a stream holds. */
export interface AgentsResponse {
  readonly usage?: AgentsUsage | undefined;
  /** As the provider counts it, where the settings ask for it. */
  readonly rawUsage?: unknown;
  readonly output: readonly unknown[];
  readonly responseId?: string | undefined;
  readonly id?: string | undefined;
  readonly providerData?: Readonly<Record<string, unknown>> | undefined;
}

/** What only the events of a stream say. */
interface SaidBefore {
  readonly tier: string | undefined;
  readonly metadata: unknown;
}

export function reportOf(response: AgentsResponse, before?: SaidBefore): ModelReport {
  const { providerData } = response;
  const model = providerData?.['model'];
  return {
    usage: usageOf(response, before?.metadata ?? fieldOf(providerData, 'providerMetadata')),
    responseId: response.responseId ?? response.id,
    responseModel: typeof model === 'string' ? model : undefined,
    output: response.output,
    serviceTier: servedTier(providerData) ?? servedByAiSdk(before?.metadata) ?? before?.tier,
  };
}

function usageOf(
  { usage, rawUsage, providerData }: AgentsResponse,
  metadata: unknown,
): ModelUsage | undefined {
  // No call has an input of no tokens: 0 is the SDK's word for unknown.
  if (usage === undefined || usage.inputTokens === 0) return undefined;
  const { inputTokens, outputTokens, inputTokensDetails: input, outputTokensDetails: output } = usage;
  const counted = fieldOf(providerData, 'usage');
  return {
    inputTokens,
    outputTokens,
    cacheReadTokens: sum(input, 'cached_tokens', 'cached_input_tokens'),
    cacheCreationTokens: sum(input, 'cache_write_tokens', 'cache_creation_input_tokens'),
    cacheCreation1hTokens: hourWritesIn(counted, rawUsage) ?? hourWrites(fieldOf(counted, 'raw'), metadata),
    reasoningTokens: sum(output, 'reasoning_tokens'),
  };
}

function sum(details: AgentsUsage['inputTokensDetails'], ...names: readonly string[]): number | undefined {
  const all = Array.isArray(details) ? (details as readonly Counts[]) : [(details ?? {}) as Counts];
  const counts = all.flatMap((some) => names.flatMap((name) => some[name] ?? []));
  return counts.length === 0 ? undefined : counts.reduce((total, count) => total + count, 0);
}
