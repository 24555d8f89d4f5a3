import { sql } from 'kysely';
import type { LeaseState } from '../state/budget-tables.ts';
import type { Change } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import { nanoText } from './accounts.ts';
import type { LeaseAmounts } from './arithmetic.ts';

/** A lease as the ledger has it. */
export interface Lease extends LeaseAmounts {
  readonly lease_id: string;
  readonly run_id: string;
  readonly writer: string;
  readonly principal: string;
  readonly run_account: string;
  readonly day_account: string;
  readonly month_account: string;
  readonly expires_at: string;
}

const selectLeases = ({ db }: { readonly db: Pick<Change['db'], 'selectFrom'> }) =>
  db
    .selectFrom('budget_leases')
    .select(['lease_id', 'run_id', 'writer', 'principal', 'run_account', 'day_account', 'month_account'])
    .select(['state', 'expires_at'])
    .select((eb) => [nanoText(eb, 'granted'), nanoText(eb, 'spent')]);

const toLease = (row: Omit<Lease, 'granted' | 'spent'> & { granted: string; spent: string }): Lease => ({
  ...row,
  granted: BigInt(row.granted),
  spent: BigInt(row.spent),
});

export async function findLeases({ db }: Pick<Change, 'db'>, ids: readonly string[]): Promise<Lease[]> {
  const rows = await selectLeases({ db }).where('lease_id', 'in', ids).execute();
  return rows.map(toLease);
}

/** Live leases of which nothing was heard for too long, the oldest first. */
export async function dueLeases(
  { db }: { readonly db: Pick<Change['db'], 'selectFrom'> },
  now: bigint,
  most: number,
): Promise<Lease[]> {
  const rows = await selectLeases({ db })
    .where('state', '=', 'live')
    .where('expires_at', '<=', timeText(now))
    .orderBy('expires_at')
    .limit(most)
    .execute();
  return rows.map(toLease);
}

/** @returns false where the lease is not as it was read */
export async function updateLease(
  { db }: Pick<Change, 'db'>,
  before: Lease,
  after: LeaseAmounts,
  due?: bigint,
): Promise<boolean> {
  let update = db
    .updateTable('budget_leases')
    .set({ state: after.state, spent: after.spent })
    .where('lease_id', '=', before.lease_id)
    .where('state', '=', before.state)
    .where(sql<boolean>`spent = ${before.spent}`);
  if (due !== undefined) update = update.where('expires_at', '<=', timeText(due));
  const { numUpdatedRows } = await update.executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Whatever a process says shows that it lives, and with it all that it holds. */
export async function renewLeases(
  { db, now }: Change,
  { writer, principal }: Pick<Lease, 'writer' | 'principal'>,
  lease_seconds: number,
): Promise<void> {
  await db
    .updateTable('budget_leases')
    .set({ expires_at: timeText(now + seconds(lease_seconds)) })
    .where('writer', '=', writer)
    .where('state', '=', 'live' satisfies LeaseState)
    .where('principal', '=', principal)
    .execute();
}
