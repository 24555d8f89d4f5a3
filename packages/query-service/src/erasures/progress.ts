import type { Deps } from '../deps.ts';
import type { Change } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';

export type Erasure = ControlTables['erasures'];

export async function erasedRuns(
  { control }: Pick<Deps, 'control'>,
  { erasure_id }: Erasure,
): Promise<readonly string[]> {
  const rows = await control.db
    .selectFrom('erasure_runs')
    .select('run_id')
    .where('erasure_id', '=', erasure_id)
    .where('state', '=', 'erased')
    .execute();
  return rows.map(({ run_id }) => run_id);
}

/** What has become of some runs. */
export async function setState(
  db: Change['db'],
  erasure_id: string,
  run_ids: readonly string[],
  state: ControlTables['erasure_runs']['state'],
): Promise<void> {
  if (run_ids.length === 0) return;
  await db
    .updateTable('erasure_runs')
    .set({ state })
    .where('erasure_id', '=', erasure_id)
    .where('run_id', 'in', run_ids)
    .execute();
}

/** Adds to what was erased so far. */
export async function add(
  db: Change['db'],
  erasure_id: string,
  {
    spans = 0,
    quarantined = 0,
    approvals = 0,
  }: Partial<Pick<Erasure, 'spans' | 'quarantined' | 'approvals'>>,
): Promise<void> {
  await db
    .updateTable('erasures')
    .set(({ eb }) => ({
      spans: eb('spans', '+', spans),
      quarantined: eb('quarantined', '+', quarantined),
      approvals: eb('approvals', '+', approvals),
    }))
    .where('erasure_id', '=', erasure_id)
    .execute();
}
