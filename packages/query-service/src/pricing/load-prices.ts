import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { installationLedger } from '../records/workflow-ledger.ts';
import { COMMON_NAMES } from './common-names.ts';
import { learnNames, relearnNames } from './learn-names.ts';
import { currentBook, loadPrices, type PriceListKind, priceListVersion } from './price-lists.ts';

export const loadAnswer = z.object({
  /** Versions in force before and after: of the list, and of the price file where there is one. */
  before: z.array(z.string()),
  after: z.array(z.string()),
  /** Names of models, as calls send them, that cost something else from now on. */
  changed_names: z.int(),
});

/**
 * Puts a list or a price file in force, and brings every name that calls came with to it before it answers. Who did so is on
 * record first: a price that nobody stands for must not be in force.
 */
export async function putInForce(
  deps: Pick<Deps, 'store' | 'control'>,
  { name }: PersonIdentity,
  loaded: { kind: PriceListKind; document: string },
): Promise<z.output<typeof loadAnswer>> {
  const before = await currentBook(deps);
  const detail = { kind: loaded.kind, version: priceListVersion(loaded), before: [...before.versions] };
  const scope = installationLedger(deps.control, name);
  await deps.control.change((change) => change.record(scope, { kind: 'prices_loaded', actor: name, detail }));
  await loadPrices(deps, name, loaded);
  const after = await currentBook(deps);
  const changed = await relearnNames(deps, after);
  const learned = await learnNames(deps, after, COMMON_NAMES);
  return {
    before: [...before.versions],
    after: [...after.versions],
    changed_names: changed + learned,
  };
}
