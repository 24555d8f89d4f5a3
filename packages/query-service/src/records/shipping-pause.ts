import type { Change } from '../state/change.ts';
import { timeText } from '../state/time.ts';

/** Until when no batch is begun; a backup writes it, from a process of its own. */
export const PAUSED = 'shipping_paused_until';

/** Asked in the transaction that begins a batch, so that none begins once the pause is there. */
export async function shippingIsPaused({ db, now }: Pick<Change, 'db' | 'now'>): Promise<boolean> {
  const row = await db
    .selectFrom('state_values')
    .select('value')
    .where('name', '=', PAUSED)
    .executeTakeFirst();
  return row !== undefined && row.value > timeText(now);
}
