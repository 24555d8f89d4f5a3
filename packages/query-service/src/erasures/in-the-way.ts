import type { Deps } from '../deps.ts';
import { heldAmong } from '../holds/held-among.ts';
import { timeText } from '../state/time.ts';

/** Runs whose content cannot be erased now. */
export interface InTheWay {
  /** On legal hold. */
  readonly held: readonly string[];
  /** With a request that waits for its decision, or a grant that was not used: both need the arguments. */
  readonly open: readonly string[];
}

/** Values in one query. */
const AT_ONCE = 500;

export async function inTheWay(
  deps: Pick<Deps, 'control' | 'store' | 'clock'>,
  run_ids: readonly string[],
): Promise<InTheWay> {
  const open = new Set<string>();
  for (let from = 0; from < run_ids.length; from += AT_ONCE) {
    const rows = await deps.control.db
      .selectFrom('approvals')
      .select('run_id')
      .where('run_id', 'in', run_ids.slice(from, from + AT_ONCE))
      .where('state', 'in', ['waiting', 'approved'])
      .where('expires_at', '>', timeText(deps.clock()))
      .execute();
    for (const { run_id } of rows) open.add(run_id);
  }
  return { held: await heldAmong(deps, run_ids), open: [...open] };
}
