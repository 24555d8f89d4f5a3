import type { BudgetPeriod, Requirements } from '@tollgate/contract';
import { type ExpressionBuilder, sql } from 'kysely';
import type { Change } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';
import { isoTime, timeText } from '../state/time.ts';
import type { Room, Share } from './arithmetic.ts';
import { MOST_OF_AN_ACCOUNT, nanoLimit } from './nano.ts';

type Run = Pick<ControlTables['runs'], 'run_id' | 'workflow' | 'team'>;

/** One of the three accounts that a lease counts in. */
export interface AccountKey {
  readonly account: string;
  readonly period: BudgetPeriod;
  readonly name: string;
  readonly limit: bigint | null;
}

export interface Account extends AccountKey {
  readonly spent: bigint;
  readonly reserved: bigint;
  readonly leases: number;
  readonly warned: number;
}

/** The accounts of a lease that is granted now: its run's, and those of this UTC day and month of its workflow. */
export function accountsOf(
  { run_id, workflow }: Run,
  limits: Requirements['budget_limit'],
  now: bigint,
): readonly AccountKey[] {
  const date = isoTime(now).slice(0, 10);
  const month = date.slice(0, 7);
  return [
    { account: `run:${run_id}`, period: 'per_run', name: run_id, limit: nano(limits.per_run) },
    { account: `day:${workflow}:${date}`, period: 'per_day', name: date, limit: nano(limits.per_day) },
    {
      account: `month:${workflow}:${month}`,
      period: 'per_month',
      name: month,
      limit: nano(limits.per_month),
    },
  ];
}

const nano = (limit: string | undefined): bigint | null => (limit === undefined ? null : nanoLimit(limit));

/** An amount as text: 64 bits are more than a JavaScript number holds. */
export const nanoText = <T extends 'budget_accounts' | 'budget_leases'>(
  eb: ExpressionBuilder<ControlTables, T>,
  column: 'spent' | 'reserved' | 'unsettled' | 'granted' | 'limit_nano',
) => eb.cast<string>(sql.ref(column), 'text').as(column);

/** The accounts as they stand, opened where they are not, with the limits of the policy in force. */
export async function openAccounts(
  { db, now }: Change,
  keys: readonly AccountKey[],
  { workflow, team }: Run,
): Promise<readonly Account[]> {
  const at = timeText(now);
  const known = await readAccounts(
    { db },
    keys.map(({ account }) => account),
  );
  const accounts: Account[] = [];
  for (const { account, period, name, limit } of keys) {
    const found = known.find((one) => one.account === account);
    const none = { spent: 0n, reserved: 0n, leases: 0, warned: 0 };
    if (found === undefined)
      await db
        .insertInto('budget_accounts')
        .values({
          ...{ account, period, name, workflow, team, limit_nano: limit, warned: 0, leases: 0 },
          ...{ spent: 0n, reserved: 0n, unsettled: 0n, opened_at: at, updated_at: at },
        })
        .onConflict((conflict) => conflict.column('account').doNothing())
        .execute();
    // Another limit is another thing to be warned of.
    else if (found.limit !== limit)
      await db
        .updateTable('budget_accounts')
        .set({ limit_nano: limit, warned: 0, updated_at: at })
        .where('account', '=', account)
        .execute();
    const warned = found?.limit === limit ? found.warned : 0;
    accounts.push({ ...(found ?? none), warned, account, period, name, limit });
  }
  return accounts;
}

export async function readAccounts(
  { db }: { readonly db: Pick<Change['db'], 'selectFrom'> },
  names: readonly string[],
): Promise<readonly Account[]> {
  const rows = await db
    .selectFrom('budget_accounts')
    .select(['account', 'period', 'name', 'leases', 'warned'])
    .select((eb) => [nanoText(eb, 'spent'), nanoText(eb, 'reserved')])
    .select((eb) => eb.cast<string | null>('limit_nano', 'text').as('limit_nano'))
    .where('account', 'in', names)
    .execute();
  return rows.map(({ limit_nano, ...row }) => ({
    ...row,
    spent: BigInt(row.spent),
    reserved: BigInt(row.reserved),
    limit: limit_nano === null ? null : BigInt(limit_nano),
  }));
}

export const capOf = ({ limit }: Pick<AccountKey, 'limit'>): bigint => limit ?? MOST_OF_AN_ACCOUNT;

export const roomOf = (account: Account): Room => ({
  available: capOf(account) - account.spent - account.reserved,
  leases: account.leases,
});

/**
 * Reserves an amount in one account, by one conditional update: nothing that was read before counts.
 * @returns false where it does not fit, or the limit is reached
 */
export async function reserve({ db, now }: Change, account: AccountKey, amount: bigint): Promise<boolean> {
  const cap = capOf(account);
  const { numUpdatedRows } = await db
    .updateTable('budget_accounts')
    .set({
      reserved: sql`reserved + ${amount}`,
      leases: sql`leases + 1`,
      updated_at: timeText(now),
    })
    .where('account', '=', account.account)
    .where(sql<boolean>`spent + reserved + ${amount} <= ${cap} and spent + reserved < ${cap}`)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/**
 * Changes what leases add to an account. What was reserved may always count as spent: a lease whose process is gone has to end.
 * @returns false where it would hold more than the ledger can count
 */
export async function shift({ db, now }: Change, account: string, by: Share): Promise<boolean> {
  const more = by.spent + by.reserved;
  const most = more > 0n ? MOST_SPENT - more : MOST_SPENT + MOST_OF_AN_ACCOUNT;
  const { numUpdatedRows } = await db
    .updateTable('budget_accounts')
    .set({
      spent: sql`spent + ${by.spent}`,
      reserved: sql`reserved + ${by.reserved}`,
      unsettled: sql`unsettled + ${by.unsettled}`,
      leases: sql`leases + ${by.leases}`,
      updated_at: timeText(now),
    })
    .where('account', '=', account)
    .where(sql<boolean>`spent <= ${most}`)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Leases may spend more than they were granted, so an account can hold more than any limit, up to this. */
const MOST_SPENT = 8n * MOST_OF_AN_ACCOUNT;
