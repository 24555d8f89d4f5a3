import { PRICE_VERSION, pricesOf, resolveModel } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import type { SentName } from './common-names.ts';

type StoreDeps = Pick<Deps, 'store'>;

const nameRow = z.object({ provider: z.string(), model: z.string() });

/** Names that calls came with and no view can look up yet. */
const UNSEEN = `
  SELECT DISTINCT provider, model FROM model_calls
  WHERE cost IS NULL AND model != '' AND received_at >= {since:DateTime64(9, 'UTC')}
    AND (provider, model) NOT IN (SELECT provider, model FROM model_names)
  ORDER BY provider, model LIMIT 10000`;

const KNOWN_NAMES = 'SELECT provider, model FROM model_names';
const KNOWN_PRICES = `
  SELECT DISTINCT provider, model FROM model_prices WHERE price_version = {version:String}`;

export async function unseenNames({ store }: StoreDeps, since: bigint): Promise<readonly SentName[]> {
  return readNames({ store }, UNSEEN, { since: storeTime(since) });
}

/**
 * Writes what the price list says of these names into the tables that the views look up: each exact name with the
 * model that it stands for, and that model's dated prices. Names that are known already, or that the list does not
 * have, are left out.
 * @returns how many names are new
 */
export async function learnNames(deps: StoreDeps, names: readonly SentName[]): Promise<number> {
  const known = keySet(await readNames(deps, KNOWN_NAMES));
  const resolved = names
    .filter((name) => !known.has(keyOf(name)))
    .flatMap((name) => {
      const priced = resolveModel(name.provider, name.model);
      return priced === undefined
        ? []
        : [{ ...name, priced_provider: priced.provider, priced_model: priced.model }];
    });
  if (resolved.length === 0) return 0;
  // Prices first: a name that is found must find its prices.
  await learnPrices(
    deps,
    resolved.map(({ priced_provider, priced_model }) => ({ provider: priced_provider, model: priced_model })),
  );
  await deps.store.service.insert({ table: 'model_names', values: resolved, format: 'JSONEachRow' });
  return resolved.length;
}

async function learnPrices(deps: StoreDeps, models: readonly SentName[]): Promise<void> {
  const known = keySet(await readNames(deps, KNOWN_PRICES, { version: PRICE_VERSION }));
  const fresh = new Map(
    models.filter((model) => !known.has(keyOf(model))).map((model) => [keyOf(model), model]),
  );
  const rows = [...fresh.values()].flatMap((model) =>
    pricesOf(model).map(({ valid_from, ...prices }) => ({
      ...model,
      valid_from: storeTime(BigInt(Date.parse(valid_from)) * 1_000_000n),
      ...prices,
      price_version: PRICE_VERSION,
    })),
  );
  if (rows.length > 0)
    await deps.store.service.insert({ table: 'model_prices', values: rows, format: 'JSONEachRow' });
}

async function readNames(
  { store }: StoreDeps,
  query: string,
  query_params: Record<string, unknown> = {},
): Promise<readonly SentName[]> {
  const answer = await store.reader.query({ query, query_params, format: 'JSONEachRow' });
  return z.array(nameRow).parse(await answer.json());
}

const keyOf = ({ provider, model }: SentName) => JSON.stringify([provider, model]);
const keySet = (names: readonly SentName[]) => new Set(names.map(keyOf));
