import type { Deps } from '../deps.ts';
import { storeHealth } from '../http/store-health.ts';
import type { Change } from '../state/change.ts';
import { timeText } from '../state/time.ts';

/** Things that are judged together, and can be judged apart. */
export class Batch<Item, Page> {
  readonly items: readonly Item[];
  readonly page: Page;
  readonly #pageOf: (items: readonly Item[]) => Page;

  /** @param pageOf what is judged of some of the items; each is asked for once. */
  constructor(items: readonly Item[], pageOf: (items: readonly Item[]) => Page) {
    this.items = items;
    this.page = pageOf(items);
    this.#pageOf = pageOf;
  }

  halves(): readonly Batch<Item, Page>[] {
    return halvesOf(this.items).map((items) => new Batch(items, this.#pageOf));
  }
}

export function halvesOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const middle = items.length >> 1;
  return [items.slice(0, middle), items.slice(middle)];
}

/** Of which item some work failed though the stores answer, and why. */
export interface Failure<Item> {
  readonly item: Item;
  readonly error: unknown;
}

/**
 * Does some work with a whole batch; where that fails, with each half of it, and so on, so that what one item cannot bear holds up no
 * other. The work is done again with what it was done with before, and has to bear that.
 * @throws what the work threw, where a store does not answer: then it is nothing about the items
 */
export async function apart<Item, Page>(
  deps: Pick<Deps, 'store' | 'control'>,
  batch: Batch<Item, Page>,
  work: (page: Page) => Promise<unknown>,
): Promise<readonly Failure<Item>[]> {
  try {
    await work(batch.page);
    return [];
  } catch (error) {
    const [item, ...others] = batch.items;
    if (item === undefined || !(await storesAnswer(deps))) throw error;
    if (others.length === 0) return [{ item, error }];
    const failures: Failure<Item>[] = [];
    for (const half of batch.halves()) failures.push(...(await apart(deps, half, work)));
    return failures;
  }
}

/**
 * Whether the store can be read and the control state written, also by this process: one that no longer does the background work, or has
 * no room on its disk, fails with everything, and must not try each run by itself.
 */
export async function storesAnswer(deps: Pick<Deps, 'store' | 'control'>): Promise<boolean> {
  const health = await storeHealth(deps);
  if (!health.control || !health.store) return false;
  try {
    await deps.control.change(noteTrouble);
    return true;
  } catch {
    return false;
  }
}

/** When something could not be judged the last time. */
async function noteTrouble({ db, now }: Change): Promise<void> {
  const value = timeText(now);
  await db
    .insertInto('state_values')
    .values({ name: 'controls.trouble_at', value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}
