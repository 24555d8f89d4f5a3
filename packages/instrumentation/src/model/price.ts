import {
  type AboutCall,
  compareUsd,
  type EvidenceRecord,
  multiplyUsd,
  nanoUpUsd,
  PRICE_VERSION,
  priceCall,
  pricesAt,
  reportedUsd,
  resolveModel,
  type TokenPrices,
  type Usage,
  type Usd,
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
  ['cache_creation_1h_tokens', 'cacheCreation1hTokens'],
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

/** The cost of a call: the provider's own figure where it gave one that can be read, else by the price list, else null. */
export function costOf(about: ModelCall, report: ModelReport, usage: Usage, at: Date): Cost {
  if (report.costUsd !== undefined && reportedUsd.safeParse(report.costUsd).success)
    return { usd: report.costUsd, source: 'provider', price_version: null };
  const called = { provider: about.provider, model: report.responseModel ?? about.model };
  const service_tier = report.serviceTier ?? about.serviceTier;
  const pricing = priceCall(usage, prices(called, at, { usage, service_tier }));
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
    return { kind: 'bounded', usd: nanoUpUsd(multiplyUsd(about.estimateUsd, OVER_ESTIMATE)) };
  // A token is at least one byte of text.
  const input = about.maxInputTokens ?? inputBytes;
  const { maxOutputTokens: output, serviceTier: service_tier } = about;
  const usage = { input_tokens: input ?? 0, output_tokens: output ?? 0 };
  const at_ = prices(about, at, { usage, service_tier });
  if (at_ === undefined) return { kind: 'unpriced' };
  if (input === undefined || output === undefined) return { kind: 'unbounded' };
  const plain = priceCall(usage, at_);
  if (plain.kind === 'unpriced') return { kind: 'unpriced' };
  return { kind: 'bounded', usd: dearest(plain.usd, waysToCost(input, output), at_) };
}

/** What a caller may come to use, and what a provider may make of it: all input new in a cache, all output thought. */
function waysToCost(input: number, output: number): readonly Usage[] {
  const thought = { input_tokens: input, output_tokens: output, reasoning_tokens: output };
  return [
    { ...thought, cache_creation_tokens: input },
    { ...thought, cache_creation_tokens: input, cache_creation_1h_tokens: input },
    thought,
  ];
}

function dearest(least: Usd, ways: readonly Usage[], at: TokenPrices): Usd {
  const costs = ways.flatMap((usage) => {
    const pricing = priceCall(usage, at);
    return pricing.kind === 'priced' ? [pricing.usd] : [];
  });
  return costs.reduce((most, cost) => (compareUsd(cost, most) > 0 ? cost : most), least);
}

function prices(
  { provider, model }: Pick<ModelCall, 'provider' | 'model'>,
  at: Date,
  about: AboutCall,
): TokenPrices | undefined {
  const priced = resolveModel(provider, model);
  return priced === undefined ? undefined : pricesAt(priced, at.toISOString(), about);
}
