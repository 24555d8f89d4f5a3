import { heldAmong } from '../holds/held-among.ts';
import type { RunPeriod } from '../holds/in-period.ts';
import type { Change } from '../state/change.ts';
import { timeText } from '../state/time.ts';

/** Runs whose content cannot be erased now. */
export interface InTheWay {
  /** On legal hold. */
  readonly held: readonly string[];
  /** With a request that waits for its decision, or a grant that was not used: both need the arguments. */
  readonly open: readonly string[];
}

type Reading = Pick<Change['db'], 'selectFrom'>;

/** Values in one query. */
const AT_ONCE = 500;

/** @param periods of these runs (`periodsOf`): the store is not asked inside of a transaction */
export async function inTheWay(
  { db, now }: { readonly db: Reading; readonly now: bigint },
  run_ids: readonly string[],
  periods: readonly RunPeriod[],
): Promise<InTheWay> {
  const open = new Set<string>();
  for (let from = 0; from < run_ids.length; from += AT_ONCE) {
    const rows = await db
      .selectFrom('approvals')
      .select('run_id')
      .where('run_id', 'in', run_ids.slice(from, from + AT_ONCE))
      .where('state', 'in', ['waiting', 'approved'])
      .where('expires_at', '>', timeText(now))
      .execute();
    for (const { run_id } of rows) open.add(run_id);
  }
  return { held: await heldAmong(db, run_ids, periods), open: [...open] };
}
