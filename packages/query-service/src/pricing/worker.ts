import type { PriceBook } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import { storeNow } from '../flags/touched-runs.ts';
import { repeat } from '../state/repeat.ts';
import { seconds } from '../state/time.ts';
import { COMMON_NAMES } from './common-names.ts';
import { learnNames, learnUnseenNames, relearnNames } from './learn-names.ts';
import { currentBook } from './price-lists.ts';
import { repriceCalls } from './reprice.ts';

interface PricingCounts {
  readonly learned: number;
  readonly repriced: number;
}

/** One pass: names that calls came with since a time (ns) are learned, and those calls priced. */
export async function priceNewNames(deps: Pick<Deps, 'store'>, since: bigint): Promise<PricingCounts> {
  const book = await currentBook(deps);
  const learned = await learnUnseenNames(deps, book, since);
  let page = await repriceCalls(deps, book, { superseded: false, since });
  let { repriced } = page;
  while (page.next !== null) {
    page = await repriceCalls(deps, book, { superseded: false, since }, { after: page.next });
    repriced += page.repriced;
  }
  return { learned, repriced };
}

/** Common names with their prices, so that stock spans are priced at insert. Safe to run at every start. */
export const seedPrices = async (deps: Pick<Deps, 'store'>): Promise<number> =>
  learnNames(deps, await currentBook(deps), COMMON_NAMES);

/** How far each pass reads back over what the one before has read: longer than any insert takes to become visible. */
const OVERLAP = seconds(120);

/**
 * Prices new names every so often, and brings known ones to a list or a price file that came into force meanwhile, here or in
 * another instance. The first pass reads everything; a failed one is logged and repeated.
 */
export function startPricing(
  deps: Pick<Deps, 'store' | 'logger'>,
  { intervalMs }: { intervalMs: number },
): { stop(): Promise<void> } {
  let since = 0n;
  let learned: PriceBook | undefined;
  const pass = async (): Promise<void> => {
    const started = await storeNow(deps);
    const book = await currentBook(deps);
    if (book !== learned) {
      await relearnNames(deps, book);
      await learnNames(deps, book, COMMON_NAMES);
      // What had no price before may have one now, whenever it came.
      since = 0n;
    }
    learned = book;
    await priceNewNames(deps, since);
    since = started - OVERLAP;
  };
  return repeat(pass, intervalMs, deps.logger, 'pricing');
}
