import type { ModelReport, ModelUsage } from '../../face.ts';
import { cacheWrites, hourWrites } from '../ai-sdk/provider-metadata.ts';
import { type AiSdkUsage, reportOf, type Shown } from '../ai-sdk/report.ts';

/** As models of specification v2 report it (AI SDK 5); v3 and v4 have `AiSdkUsage`. */
interface FlatUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cachedInputTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
}

export type AnyUsage = AiSdkUsage | FlatUsage;
type AnyShown = Omit<Shown, 'usage'> & { readonly usage: AnyUsage | undefined };
type Metadata = Readonly<Record<string, unknown>> | undefined;

/** What a call came to, whichever specification its model is of. */
export function anyReport({ usage, ...shown }: AnyShown): ModelReport {
  if (usage !== undefined && isNested(usage)) return reportOf({ ...shown, usage });
  const report = reportOf(shown);
  return usage === undefined ? report : { ...report, usage: flatUsage(usage, shown.metadata as Metadata) };
}

function isNested(usage: AnyUsage): usage is AiSdkUsage {
  return typeof usage.inputTokens === 'object';
}

/** In v2, Anthropic's and Bedrock's input tokens leave out the cached ones, as these providers do; their metadata says so. */
function flatUsage(usage: FlatUsage, metadata: Metadata): ModelUsage {
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = usage;
  const cacheWrite = cacheWrites(metadata);
  const cached = (cachedInputTokens ?? 0) + (cacheWrite ?? 0);
  const leftOut = inputTokens !== undefined && (countsApart(metadata) || cached > inputTokens);
  return {
    inputTokens: leftOut ? inputTokens + cached : inputTokens,
    outputTokens,
    cacheReadTokens: cachedInputTokens,
    cacheCreationTokens: cacheWrite,
    cacheCreation1hTokens: hourWrites(undefined, metadata),
    reasoningTokens,
  };
}

function countsApart(metadata: Metadata): boolean {
  return metadata !== undefined && ('anthropic' in metadata || 'bedrock' in metadata);
}
