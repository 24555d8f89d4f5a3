import { findProvider, type ModelInfo, type Provider, waitForUpdate } from '@pydantic/genai-prices';
import type { Usage } from '../evidence/record.ts';
import { entriesOf } from './list-entries.ts';
import { matches } from './match.ts';
import { dashedDates, type ModelName, readings } from './model-names.ts';
import { inputTotal } from './price-call.ts';
import { entryFor, type PriceEntry } from './price-entry.ts';
import type { TokenPrices } from './rates.ts';
import { serviceTierOf } from './service-tiers.ts';

/** Which release of the price list is installed. A cost always carries the version of its price. */
export const PRICE_VERSION = 'genai-prices/0.1.8';

/** The entry of the price list that a model name, as it was sent, stands for. */
export interface PricedModel {
  readonly provider: string;
  readonly model: string;
}

/** A release of the list: what names stand for, and what those models cost. */
export interface PriceList {
  readonly version: string;
  /** What a name as sent stands for, or undefined: then its calls stay unpriced and are listed as such. */
  resolve(provider: string, model: string): PricedModel | undefined;
  /** In the order in which they apply; empty for a model that the list has not. */
  entries(priced: PricedModel): readonly PriceEntry[];
  /** Every model, by provider. */
  models(): Promise<readonly PricedModel[]>;
}

/** Where a list's providers come from. */
interface Providers {
  byName(name: string): Provider | undefined;
  byModel(model: string): Provider | undefined;
  all(): Promise<readonly Provider[]>;
}

/** The list that came with the installed package. */
export const INSTALLED_PRICES: PriceList = listOf(PRICE_VERSION, {
  byName: (providerId) => findProvider({ providerId }),
  byModel: (modelId) => findProvider({ modelId }),
  all: async () => (await waitForUpdate()) ?? [],
});

/** A list of which all providers are at hand, e.g. from a file. */
export function priceListOf(version: string, providers: readonly Provider[]): PriceList {
  const byName = (name: string) =>
    providers.find(({ id }) => id === name) ??
    providers.find(({ provider_match: rule }) => rule !== undefined && matches(rule, name));
  const byModel = (model: string) =>
    providers.find(({ model_match: rule }) => rule !== undefined && matches(rule, model));
  return listOf(version, { byName, byModel, all: async () => providers });
}

function listOf(version: string, providers: Providers): PriceList {
  return {
    version,
    resolve: (provider, model) => {
      for (const name of readings({ provider, model })) {
        const found = find(providers, name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    entries: (priced) => {
      const model = modelOf(providers, priced);
      return model === undefined
        ? []
        : entriesOf(model, { provider: priced.provider, price_version: version });
    },
    models: async () =>
      (await providers.all()).flatMap(({ id, models }) =>
        models.map((model) => ({ provider: id, model: model.id })),
      ),
  };
}

function find(providers: Providers, { provider: name, model }: ModelName): PricedModel | undefined {
  const provider = name === '' ? providers.byModel(model.toLowerCase()) : providers.byName(name);
  if (provider === undefined) return undefined;
  const found = spellings(model.toLowerCase())
    .map((spelling) => modelsOf(providers, provider).find(({ match }) => matches(match, spelling)))
    .find((each) => each !== undefined);
  return found === undefined ? undefined : { provider: provider.id, model: found.id };
}

/** A provider without models of its own (a reseller) lends its prices from the providers that the list names for it. */
function modelsOf(providers: Providers, provider: Provider): readonly ModelInfo[] {
  const lenders = (provider.fallback_model_providers ?? []).map((name) => providers.byName(name));
  return [provider, ...lenders].flatMap((each) => each?.models ?? []);
}

function modelOf(providers: Providers, priced: PricedModel): ModelInfo | undefined {
  const provider = providers.byName(priced.provider);
  return provider && modelsOf(providers, provider).find(({ id }) => id === priced.model);
}

/** The list has dates in either spelling. */
const spellings = (model: string): readonly string[] => [...new Set([model, dashedDates(model)])];

/** What a model name stands for in the installed list. */
export const resolveModel = (provider: string, model: string): PricedModel | undefined =>
  INSTALLED_PRICES.resolve(provider, model);

/** What is known of a call before its price: which tier served it, and how long its input is. */
export interface AboutCall {
  readonly usage?: Usage | undefined;
  readonly service_tier?: string | undefined;
}

/** The installed list's prices for a call at a time (ISO 8601). */
export function pricesAt(priced: PricedModel, time: string, about: AboutCall = {}): TokenPrices | undefined {
  return entryFor(INSTALLED_PRICES.entries(priced), {
    workflow: '',
    service_tier: serviceTierOf(about.service_tier),
    at: time,
    input_tokens: about.usage === undefined ? 0 : inputTotal(about.usage),
  })?.rates;
}
