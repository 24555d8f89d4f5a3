import type { Deps } from '../deps.ts';
import { timeText } from '../state/time.ts';

const POSITION = 'controls.evaluated_until';

/** Up to when what arrived in the store has been evaluated, by the store's clock (ns). */
export async function lastEvaluation({ control }: Pick<Deps, 'control'>): Promise<bigint> {
  const row = await control.db
    .selectFrom('state_values')
    .select('value')
    .where('name', '=', POSITION)
    .executeTakeFirst();
  return row === undefined ? 0n : BigInt(row.value);
}

export async function setLastEvaluation({ control }: Pick<Deps, 'control'>, at: bigint): Promise<void> {
  const value = timeText(at);
  await control.change(async ({ db }) => {
    await db
      .insertInto('state_values')
      .values({ name: POSITION, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
  });
}
