import {
  calcPrice,
  findProvider,
  type ModelInfo,
  type ModelPrice,
  type Provider,
  type TieredPrices,
} from '@pydantic/genai-prices';
import Big from 'big.js';
import type { Usd } from '../money.ts';
import type { TokenPrices } from './price-call.ts';

/** Which release of the price list a price comes from. A cost always carries it. */
export const PRICE_VERSION = 'genai-prices/0.1.8';

/** The entry of the price list that a model name, as it was sent, stands for. */
export interface PricedModel {
  readonly provider: string;
  readonly model: string;
}

/** Prices from a moment on, until the next entry of the same model. */
export interface DatedPrices extends TokenPrices {
  /** ISO 8601, UTC. */
  readonly valid_from: string;
}

/** Provider names of the GenAI conventions that the price list calls otherwise. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  'aws.bedrock': 'aws',
  'azure.ai.inference': 'azure',
  'azure.ai.openai': 'azure',
  'az.ai.inference': 'azure',
  'az.ai.openai': 'azure',
  'gcp.gemini': 'google',
  'gcp.gen_ai': 'google',
  'gcp.vertex_ai': 'google',
  mistral_ai: 'mistral',
  'openai.responses': 'openai',
  'openai.chat': 'openai',
  vertex_ai: 'google',
  x_ai: 'x-ai',
  xai: 'x-ai',
};

/** What a model name as sent stands for, or undefined: then its calls stay unpriced and are listed as such. */
export function resolveModel(provider: string, model: string): PricedModel | undefined {
  if (model === '' || model.length > 256) return undefined;
  const found = find(provider, model);
  return found === undefined ? undefined : { provider: found.provider.id, model: found.model.id };
}

/**
 * Dated token prices of a model, oldest first; empty where the list has prices only of a kind that tokens alone do
 * not settle. Of a tiered price the base applies.
 */
export function pricesOf(priced: PricedModel): readonly DatedPrices[] {
  const model = modelOf(priced);
  if (model === undefined) return [];
  const dated = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  return dated
    .filter(({ constraint }) => constraint === undefined || constraint.type === 'start_date')
    .map(({ constraint, prices }) => ({
      valid_from:
        constraint?.type === 'start_date' ? `${constraint.start_date}T00:00:00Z` : '1970-01-01T00:00:00Z',
      ...tokenPrices(prices),
    }))
    .filter(({ input }) => input !== null)
    .sort((a, b) => a.valid_from.localeCompare(b.valid_from));
}

/** The prices in force at a time (ISO 8601). */
export function pricesAt(priced: PricedModel, time: string): TokenPrices | undefined {
  return pricesOf(priced).findLast(({ valid_from }) => valid_from <= time);
}

function find(provider: string, model: string): { provider: Provider; model: ModelInfo } | undefined {
  const providerId = PROVIDER_NAMES[provider] ?? provider;
  try {
    return (
      calcPrice({ input_tokens: 1, output_tokens: 1 }, model, providerId === '' ? {} : { providerId }) ??
      undefined
    );
  } catch {
    // The list throws for a provider that it does not know; an unknown provider is an unpriced call, not an error.
    return undefined;
  }
}

/** A provider without models of its own (a reseller) lends its prices from the providers that the list names for it. */
function modelOf(priced: PricedModel): ModelInfo | undefined {
  const provider = findProvider({ providerId: priced.provider });
  const lenders = (provider?.fallback_model_providers ?? []).map((providerId) =>
    findProvider({ providerId }),
  );
  return [provider, ...lenders].flatMap((each) => each?.models ?? []).find(({ id }) => id === priced.model);
}

function tokenPrices(prices: ModelPrice): TokenPrices {
  return {
    input: perToken(prices['input_mtok']),
    output: perToken(prices['output_mtok']),
    cache_read: perToken(prices['cache_read_mtok']),
    cache_creation: perToken(prices['cache_write_mtok']),
  };
}

/** The list has US dollars per million tokens as numbers; their shortest decimal form is the price as published. */
function perToken(price: number | TieredPrices | undefined): Usd | null {
  if (price === undefined) return null;
  const perMillion = typeof price === 'number' ? price : price.base;
  return new Big(String(perMillion)).times('0.000001').toFixed();
}
