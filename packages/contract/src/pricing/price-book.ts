import Big from 'big.js';
import { type ModelName, providerName } from './model-names.ts';
import { type PriceEntry, priceEntry } from './price-entry.ts';
import type { PriceFile, PriceRule } from './price-file.ts';
import type { PricedModel, PriceList } from './price-list.ts';
import { perToken, scaled } from './rates.ts';
import { isOfModel, isOfName } from './rule-names.ts';
import { serviceTierOf } from './service-tiers.ts';

/** A name as calls send it, what it stands for, and what that costs, in the order in which prices apply. */
export interface PricedName {
  readonly provider: string;
  readonly model: string;
  readonly priced: PricedModel;
  readonly entries: readonly PriceEntry[];
}

/** The price list and a company's price file over it. */
export interface PriceBook {
  /** Of the list, and of the price file where there is one. */
  readonly versions: readonly string[];
  readonly list: PriceList;
  /** What a name as sent costs; undefined where nothing is known of it: its calls stay unpriced and are listed as such. */
  find(provider: string, model: string): PricedName | undefined;
  /** Every model that has a price, by provider and model. */
  all(): Promise<readonly PricedName[]>;
}

interface Overrides {
  readonly version: string;
  readonly file: PriceFile;
}

/**
 * Prices of a workflow come before those of all, a price file's before the list's; of one kind the first that applies counts.
 * A price that a file gives by another name than the list's is one of that name, and leaves the model's other names as they are.
 */
export function priceBook(list: PriceList, overrides?: Overrides): PriceBook {
  const aliases = new Map(
    overrides?.file.aliases.map(({ provider, model, is }) => [keyOf({ provider, model }), splitName(is)]),
  );
  const rules = (overrides?.file.prices ?? []).map((rule) => {
    const target = list.resolve(rule.provider, rule.model) ?? own(rule);
    return { rule, target, isWhole: rule.model === '*' || isOfModel(rule, target) };
  });
  const stand = (provider: string, model: string): PricedModel | undefined => {
    const alias = aliases.get(keyOf({ provider, model }));
    if (alias !== undefined) return list.resolve(alias.provider, alias.model) ?? alias;
    const found = list.resolve(provider, model);
    if (found !== undefined) return found;
    const named = own({ provider, model });
    return rules.some(({ target }) => keyOf(target) === keyOf(named)) ? named : undefined;
  };
  const entriesOf = (priced: PricedModel, sent: ModelName): readonly PriceEntry[] => {
    const listed = list.entries(priced);
    const overriding = rules
      .filter(
        ({ rule, target, isWhole }) =>
          isDiscountOf(rule, priced) ||
          (keyOf(target) === keyOf(priced) && (isWhole || isOfName(rule, sent))),
      )
      .flatMap(({ rule, isWhole }) =>
        overridesOf(rule, priced, listed, { version: overrides?.version ?? '', isWhole }),
      );
    return [...inOrder(overriding), ...listed];
  };
  const find: PriceBook['find'] = (provider, model) => {
    const priced = stand(provider, model);
    if (priced === undefined) return undefined;
    const alias = aliases.get(keyOf({ provider, model }));
    const entries = entriesOf(priced, alias ?? { provider, model });
    return entries.length === 0 ? undefined : { provider, model, priced, entries };
  };
  const readAll = async (): Promise<readonly PricedName[]> => {
    const models = (await list.models()).map((priced) => ({ name: priced, priced }));
    const ruled = rules
      .filter(({ rule }) => rule.model !== '*')
      .map(({ rule, target, isWhole }) => ({
        name: isWhole ? target : { ...target, model: own(rule).model },
        priced: target,
      }));
    const distinct = new Map([...models, ...ruled].map((each) => [keyOf(each.name), each]));
    return [...distinct.values()]
      .map(({ name, priced }) => ({ ...name, priced, entries: entriesOf(priced, name) }))
      .filter(({ entries }) => entries.length > 0)
      .sort((a, b) => compare(a.provider, b.provider) || compare(a.model, b.model));
  };
  let all: Promise<readonly PricedName[]> | undefined;
  return {
    versions: [list.version, ...(overrides === undefined ? [] : [overrides.version])],
    list,
    find,
    all: () => {
      all ??= readAll();
      return all;
    },
  };
}

function overridesOf(
  rule: PriceRule,
  priced: PricedModel,
  listed: readonly PriceEntry[],
  { version, isWhole }: { readonly version: string; readonly isWhole: boolean },
): readonly PriceEntry[] {
  const { from, until, discount_percent, usd_per_million: said, workflows = [''] } = rule;
  const forName = isWhole ? '' : `, for ${rule.model}`;
  const base = {
    priced: `${priced.provider}/${priced.model}`,
    price_version: version,
    origin: 'override' as const,
    ...(from === undefined ? {} : { valid_from: from }),
    valid_until: until ?? null,
  };
  return workflows.flatMap((workflow) => {
    if (said !== undefined)
      return priceEntry({
        ...base,
        workflow,
        service_tier: serviceTierOf(rule.service_tier),
        above: rule.above_input_tokens ?? -1,
        rates: ratesOf(said),
        note: `price file${forName}`,
      });
    return listed.map(({ price_id: _, ...entry }) =>
      priceEntry({
        ...entry,
        ...base,
        workflow,
        valid_from: latest(entry.valid_from, from),
        rates: scaled(
          entry.rates,
          new Big(100)
            .minus(discount_percent ?? '0')
            .times('0.01')
            .toFixed(),
        ),
        note: `${discount_percent} % below the list price${entry.note === '' ? '' : `, ${entry.note}`}${forName}`,
      }),
    );
  });
}

function ratesOf(said: NonNullable<PriceRule['usd_per_million']>): PriceEntry['rates'] {
  return {
    input: perToken(said.input),
    output: perToken(said.output),
    cache_read: perToken(said.cache_read),
    cache_creation: perToken(said.cache_creation),
    cache_creation_1h: perToken(said.cache_creation_1h),
    reasoning: perToken(said.reasoning),
  };
}

/** A workflow's own prices first; else as the file has them. */
function inOrder(entries: readonly PriceEntry[]): readonly PriceEntry[] {
  return entries.toSorted((a, b) => Number(a.workflow === '') - Number(b.workflow === ''));
}

function isDiscountOf(rule: PriceRule, priced: PricedModel): boolean {
  return rule.model === '*' && providerName(rule.provider) === priced.provider;
}

const own = ({ provider, model }: PricedModel): PricedModel => ({
  provider: providerName(provider),
  model: model.trim().toLowerCase(),
});

function splitName(text: string): PricedModel {
  const at = text.indexOf('/');
  return { provider: text.slice(0, at), model: text.slice(at + 1) };
}

const keyOf = ({ provider, model }: PricedModel): string => JSON.stringify([provider, model]);
const latest = (a: string, b: string | undefined): string => (b !== undefined && b > a ? b : a);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
