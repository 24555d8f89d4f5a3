import type { Deps } from '../deps.ts';
import { storeNow } from '../flags/touched-runs.ts';
import { repeat } from '../state/repeat.ts';
import { seconds } from '../state/time.ts';
import { COMMON_NAMES } from './common-names.ts';
import { learnNames, unseenNames } from './learn-names.ts';
import { repriceCalls } from './reprice.ts';

interface PricingCounts {
  readonly learned: number;
  readonly repriced: number;
}

/** One pass: names that calls came with since a time (ns) are learned, and those calls priced. */
export async function priceNewNames(deps: Pick<Deps, 'store'>, since: bigint): Promise<PricingCounts> {
  const learned = await learnNames(deps, await unseenNames(deps, since));
  return { learned, repriced: await repriceCalls(deps, since) };
}

/** Common names with their prices, so that stock spans are priced at insert. Safe to run at every start. */
export const seedPrices = (deps: Pick<Deps, 'store'>): Promise<number> => learnNames(deps, COMMON_NAMES);

/** How far each pass reads back over what the one before has read: longer than any insert takes to become visible. */
const OVERLAP = seconds(120);

/** Prices new names every so often. The first pass reads everything; a failed one is logged and repeated. */
export function startPricing(
  deps: Pick<Deps, 'store' | 'logger'>,
  { intervalMs }: { intervalMs: number },
): { stop(): Promise<void> } {
  let since = 0n;
  const pass = async (): Promise<void> => {
    const started = await storeNow(deps);
    if (since === 0n) await seedPrices(deps);
    await priceNewNames(deps, since);
    since = started - OVERLAP;
  };
  return repeat(pass, intervalMs, deps.logger, 'pricing');
}
