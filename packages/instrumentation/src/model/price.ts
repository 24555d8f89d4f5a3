import {
  compareUsd,
  type EvidenceRecord,
  multiplyUsd,
  PRICE_VERSION,
  priceCall,
  pricesAt,
  resolveModel,
  type TokenPrices,
  type Usage,
  usage as usageSchema,
  usd,
} from '@tollgate/contract';
import type { ModelCall, ModelReport, ModelUsage } from '../face.ts';
import type { Estimate } from './admission.ts';

export type Cost = NonNullable<EvidenceRecord['cost']>;

const FIELDS = [
  ['input_tokens', 'inputTokens'],
  ['output_tokens', 'outputTokens'],
  ['cache_read_tokens', 'cacheReadTokens'],
  ['cache_creation_tokens', 'cacheCreationTokens'],
  ['reasoning_tokens', 'reasoningTokens'],
] as const satisfies readonly (readonly [keyof Usage, keyof ModelUsage])[];

/** Usage in the contract's words. A count that no model can have used (negative, a fraction, over 10⁹) is unknown, not zero. */
export function contractUsage(reported: ModelUsage = {}): Usage {
  const counts = FIELDS.flatMap(([name, from]) => {
    const field = usageSchema.shape[name].safeParse(reported[from]);
    return field.success && field.data !== undefined ? [[name, field.data] as const] : [];
  });
  return Object.fromEntries(counts);
}

/** The cost of a call: the provider's own figure where it gave one, else by the price list, else null. */
export function costOf(about: ModelCall, report: ModelReport, usage: Usage, at: Date): Cost {
  if (report.costUsd !== undefined && usd.safeParse(report.costUsd).success)
    return { usd: report.costUsd, source: 'provider', price_version: null };
  const pricing = priceCall(usage, prices(about.provider, report.responseModel ?? about.model, at));
  if (pricing.kind === 'unpriced') return { usd: null, source: null, price_version: null };
  return { usd: pricing.usd, source: 'local', price_version: PRICE_VERSION };
}

/** Providers count tokens that no caller sees; what a caller only estimates is reserved with this much more. */
const OVER_ESTIMATE = 1.25;

/** The most that a call can cost, before it is made. */
export function estimate(about: ModelCall, inputBytes: number | undefined, at: Date): Estimate {
  if (about.ceilingUsd !== undefined && usd.safeParse(about.ceilingUsd).success)
    return { kind: 'bounded', usd: about.ceilingUsd };
  if (about.estimateUsd !== undefined && usd.safeParse(about.estimateUsd).success)
    return { kind: 'bounded', usd: multiplyUsd(about.estimateUsd, OVER_ESTIMATE) };
  const at_ = prices(about.provider, about.model, at);
  if (at_ === undefined) return { kind: 'unpriced' };
  // A token is at least one byte of text.
  const input = about.maxInputTokens ?? inputBytes;
  if (input === undefined || about.maxOutputTokens === undefined) return { kind: 'unbounded' };
  const tokens = { input_tokens: input, output_tokens: about.maxOutputTokens };
  const plain = priceCall(tokens, at_);
  const cached = priceCall({ ...tokens, cache_creation_tokens: input }, at_);
  if (plain.kind === 'unpriced' || cached.kind === 'unpriced') return { kind: 'unpriced' };
  return { kind: 'bounded', usd: compareUsd(plain.usd, cached.usd) >= 0 ? plain.usd : cached.usd };
}

function prices(provider: string, model: string, at: Date): TokenPrices | undefined {
  const priced = resolveModel(provider, model);
  return priced === undefined ? undefined : pricesAt(priced, at.toISOString());
}
