import { priceBookRow, priceEntryRow } from '@tollgate/clickhouse';
import type { ModelName, PriceBook, PricedName, PriceEntry } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { select } from '../runs/select.ts';

type StoreDeps = Pick<Deps, 'store'>;

const nameRow = z.object({ provider: z.string(), model: z.string() });
const knownRow = nameRow.extend({ prices: z.array(z.string()) });

/** More names at once would keep everything else waiting: whoever sends spans chooses how many there are. */
const NAMES_AT_ONCE = 1000;

/** Names that calls came with and the view cannot look up yet, from one on. Those that nobody knows are among them for good. */
const UNSEEN = `
  SELECT DISTINCT provider, model FROM model_calls
  WHERE local_cost IS NULL AND model != '' AND received_at >= {since:DateTime64(9, 'UTC')}
    AND (provider, model) NOT IN (SELECT provider, model FROM price_book)
    AND (provider, model) > ({provider:String}, {model:String})
  ORDER BY provider, model LIMIT ${NAMES_AT_ONCE}`;

const KNOWN = 'SELECT provider, model, entries.price_id AS prices FROM price_book ORDER BY provider, model';

/**
 * Writes what the book says of these names into the table that the view looks up. Names that are known already, or that the
 * book does not have, are left out.
 * @returns how many names are new
 */
export async function learnNames(
  deps: StoreDeps,
  book: PriceBook,
  names: readonly ModelName[],
): Promise<number> {
  const known = new Set((await select(deps, knownRow, KNOWN, {})).map(keyOf));
  const fresh = names.filter((name) => !known.has(keyOf(name)));
  const found = fresh.flatMap(({ provider, model }) => book.find(provider, model) ?? []);
  await writeNames(deps, found);
  return found.length;
}

/** Learns every name that calls came with since a time (ns), as far as the book has it. @returns how many are new */
export async function learnUnseenNames(deps: StoreDeps, book: PriceBook, since: bigint): Promise<number> {
  let learned = 0;
  let after: ModelName = { provider: '', model: '' };
  for (;;) {
    const names = await select(deps, nameRow, UNSEEN, { since: storeTime(since), ...after });
    learned += await learnNames(deps, book, names);
    const last = names.at(-1);
    if (last === undefined || names.length < NAMES_AT_ONCE) return learned;
    after = last;
  }
}

/**
 * Brings every known name to what the book says now: after another price list or price file came into force. A name that the
 * book has no longer keeps its row, without prices.
 * @returns how many names cost something else now
 */
export async function relearnNames(deps: StoreDeps, book: PriceBook): Promise<number> {
  const known = await select(deps, knownRow, KNOWN, {});
  const changed = known.flatMap(({ provider, model, prices }): PricedName[] => {
    const now = book.find(provider, model) ?? {
      provider,
      model,
      priced: { provider: '', model: '' },
      entries: [],
    };
    const same = prices.join() === now.entries.map(({ price_id }) => price_id).join();
    return same ? [] : [now];
  });
  await writeNames(deps, changed);
  return changed.length;
}

/** Prices first: a cost that names a price must find it. */
async function writeNames({ store }: StoreDeps, names: readonly PricedName[]): Promise<void> {
  if (names.length === 0) return;
  const entries = new Map<string, PriceEntry>(
    names.flatMap((name) => name.entries.map((entry) => [entry.price_id, entry] as const)),
  );
  if (entries.size > 0)
    await store.service.insert({
      table: 'price_entries',
      values: [...entries.values()].map(priceEntryRow),
      format: 'JSONEachRow',
    });
  await store.service.insert({ table: 'price_book', values: names.map(priceBookRow), format: 'JSONEachRow' });
}

const keyOf = ({ provider, model }: ModelName): string => JSON.stringify([provider, model]);
