import type { Deps } from '../deps.ts';
import type { Change, ControlState } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import { minus, type Share, shareOf } from './arithmetic.ts';
import { dueLeases, type Lease, updateLease } from './leases.ts';
import { usdOf } from './nano.ts';
import { addShift, applyShifts } from './settle.ts';
import { budgetEvent, warnOfLimits } from './warn.ts';

const AT_ONCE = 200;
/** A closed lease is kept this long, for settlements that come again. */
const KEPT_SECONDS = 86_400;

/**
 * Expires leases of processes that were not heard of in time: what they did not settle counts as spent, since a call
 * may have been made with it. A late settlement corrects that. A bounded number at a time.
 * @returns how many
 */
export async function sweepLeases({ control, clock }: Pick<Deps, 'control' | 'clock'>): Promise<number> {
  await forgetClosed(control, clock());
  const due = await dueLeases(control, clock(), AT_ONCE);
  if (due.length === 0) return 0;
  await control.change(async (change) => {
    for (const [run_id, leases] of Map.groupBy(due, (lease) => lease.run_id))
      await expireOfRun(change, control, run_id, leases);
  });
  return due.length;
}

async function expireOfRun(
  change: Change,
  control: Pick<ControlState, 'writer'>,
  run_id: string,
  leases: readonly Lease[],
): Promise<void> {
  const run = await change.db
    .selectFrom('runs')
    .select(['run_id', 'workflow', 'policy_version', 'owner', 'team'])
    .where('run_id', '=', run_id)
    .executeTakeFirstOrThrow();
  const shifts = new Map<string, Share>();
  for (const lease of leases) {
    const after = { ...lease, state: 'expired' as const };
    // It may have been settled or renewed since it was read.
    if (!(await updateLease(change, lease, after, change.now))) continue;
    addShift(shifts, lease, minus(shareOf(after), shareOf(lease)));
    const { unsettled } = shareOf(after);
    if (unsettled === 0n) continue;
    const { lease_id, writer } = lease;
    const detail = { event: 'lease_expired', lease_id, writer, unsettled_usd: usdOf(unsettled) };
    await change.record(run, { kind: 'budget_warned', detail });
  }
  await applyShifts(change, shifts);
  if (shifts.size > 0) await change.event(budgetEvent(run, 'expired'));
  await warnOfLimits(change, control, run, [...shifts.keys()]);
}

async function forgetClosed(control: ControlState, now: bigint): Promise<void> {
  const before = timeText(now - seconds(KEPT_SECONDS));
  const old = await control.db
    .selectFrom('budget_leases')
    .select('lease_id')
    .where('state', '=', 'closed')
    .where('expires_at', '<', before)
    .limit(AT_ONCE)
    .execute();
  if (old.length === 0) return;
  const ids = old.map(({ lease_id }) => lease_id);
  await control.change(async ({ db }) => {
    await db.deleteFrom('budget_leases').where('lease_id', 'in', ids).where('state', '=', 'closed').execute();
  });
}
