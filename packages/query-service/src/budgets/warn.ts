import { workflowLedger } from '../records/workflow-ledger.ts';
import { cachedRequirements } from '../registrations/cached-requirements.ts';
import type { Change, ControlState, RecordScope } from '../state/change.ts';
import { type Account, readAccounts } from './accounts.ts';
import { usdOf } from './nano.ts';

/**
 * Records each percentage of a limit that spend has reached, once an account: in the run's chain where the limit is the
 * run's, else in the workflow's. What is reserved does not count, as most of it comes back.
 * @param run whose settlement may have brought it about
 */
export async function warnOfLimits(
  change: Change,
  control: Pick<ControlState, 'writer'>,
  run: RecordScope,
  accounts: readonly string[],
): Promise<void> {
  if (accounts.length === 0) return;
  const { budget_limit } = await cachedRequirements(change.db, run);
  for (const account of await readAccounts(change, accounts)) {
    const crossed = crossedBy(account, budget_limit.warn_at_percent);
    const highest = crossed.at(-1);
    if (highest === undefined) continue;
    await change.db
      .updateTable('budget_accounts')
      .set({ warned: highest })
      .where('account', '=', account.account)
      .execute();
    await change.event(budgetEvent(run, 'warned'));
    const scope = account.period === 'per_run' ? run : workflowLedger(control, run);
    for (const percent of crossed)
      await change.record(scope, { kind: 'budget_warned', detail: { percent, ...standOf(account) } });
  }
}

/** What those who watch are told where accounts of a run changed: its own, and those of its day and month. */
export const budgetEvent = (
  { run_id, workflow, team }: Pick<RecordScope, 'run_id' | 'workflow' | 'team'>,
  event: 'leased' | 'settled' | 'expired' | 'warned',
) => ({ kind: 'budget', event, subject: run_id, workflow, run_id, team }) as const;

/** The percentages that were reached and not warned of yet, in order. Pure. */
export function crossedBy(
  { limit, spent, warned }: Pick<Account, 'limit' | 'spent' | 'warned'>,
  percentages: readonly number[],
): readonly number[] {
  if (limit === null) return [];
  return [...new Set(percentages)]
    .filter((percent) => percent > warned && spent * 100n >= limit * BigInt(percent))
    .sort((a, b) => a - b);
}

/** How an account stands, for records. */
export const standOf = ({ account, period, name, limit, spent, reserved }: Account) => ({
  ...{ account, limit: period, name },
  limit_usd: limit === null ? null : usdOf(limit),
  spent_usd: usdOf(spent),
  reserved_usd: usdOf(reserved),
});
