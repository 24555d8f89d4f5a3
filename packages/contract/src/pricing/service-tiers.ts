import { STANDARD_TIERS } from '../conventions/service-tiers.ts';

/** The ordinary service, as reports of calls are stored. */
export const STANDARD_TIER = '';

/** A service tier, as a call reports it, by one name: in lower case, the ordinary one empty. As the store reads it. */
export function serviceTierOf(reported: string | undefined): string {
  const name = (reported ?? '').trim().toLowerCase().slice(0, 64);
  return STANDARD_TIERS.some((standard) => standard === name) ? STANDARD_TIER : name;
}

/**
 * What a provider publishes as a share of its ordinary prices, for every model and every kind of token. The price list has no
 * service tiers. Priority is left out, as its price differs by model, and so are providers whose batch price of
 * cached tokens is another share: such calls stay unpriced until a price file gives their price.
 * Sources: the providers' pricing pages (OpenAI: Batch, Flex; Azure OpenAI: Batch; Anthropic: Message Batches, which
 * stack with prompt caching).
 */
const SHARES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  anthropic: { batch: '0.5' },
  azure: { batch: '0.5' },
  openai: { batch: '0.5', flex: '0.5' },
};

/** Service tiers of a provider of the price list, with the share of the ordinary price that they cost. */
export function tierShares(provider: string): readonly (readonly [tier: string, share: string])[] {
  return Object.entries((Object.hasOwn(SHARES, provider) ? SHARES[provider] : undefined) ?? {});
}
