import { BUDGET_PERIODS, type BudgetPeriod } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { isoTime } from '../state/time.ts';
import { nanoText } from './accounts.ts';
import { forecast, forecastAnswer } from './forecast.ts';
import { usdOf } from './nano.ts';

/** One limit of one run, day or month as the ledger has it, in decimal US dollars. */
export const budgetAnswer = z.object({
  workflow: z.string(),
  team: z.string(),
  limit: z.enum(BUDGET_PERIODS),
  /** The run id, the UTC day (2026-11-23) or the UTC month (2026-11). */
  name: z.string(),
  /** The limit at the newest lease; null where the policy has none. */
  limit_usd: z.string().nullable(),
  /** Settled by agents, and what expired unsettled. */
  spent_usd: z.string(),
  /** Held by leases that live. */
  reserved_usd: z.string(),
  /** The part of spent_usd that no agent has settled: its process was not heard of in time. */
  unsettled_usd: z.string(),
  /** What can still be leased; null without a limit. */
  available_usd: z.string().nullable(),
  /** To the end of the day or month; null where too little is known. */
  forecast: forecastAnswer.nullable(),
  live_leases: z.int(),
  /** The highest percentage of the limit that was warned of. */
  warned_percent: z.int().nullable(),
  updated_at: z.iso.datetime(),
});

interface BudgetFilter {
  readonly workflow?: string | undefined;
  readonly period?: BudgetPeriod | undefined;
  readonly run_id?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Accounts of the ledger, those opened last first. */
export async function listBudgets(
  { control: { db }, clock }: Pick<Deps, 'control' | 'clock'>,
  identity: Identity,
  { workflow, period, run_id, limit, cursor }: BudgetFilter,
) {
  let query = db
    .selectFrom('budget_accounts')
    .select(['account', 'period', 'name', 'workflow', 'team', 'leases', 'warned', 'opened_at', 'updated_at'])
    .select((eb) => [nanoText(eb, 'spent'), nanoText(eb, 'reserved'), nanoText(eb, 'unsettled')])
    .select((eb) => eb.cast<string | null>('limit_nano', 'text').as('limit_nano'))
    .orderBy('opened_at', 'desc')
    .orderBy('account', 'desc')
    .limit(limit + 1);
  const teams = visibleTeams(identity);
  if (teams !== undefined) query = query.where('team', 'in', teams);
  if (workflow !== undefined) query = query.where('workflow', '=', workflow);
  if (period !== undefined) query = query.where('period', '=', period);
  if (run_id !== undefined) query = query.where('account', '=', `run:${run_id}`);
  if (cursor !== undefined) {
    const [opened_at, account] = decodeCursor(cursor, z.tuple([z.string(), z.string()]));
    query = query.where(({ eb, and, or }) =>
      or([
        eb('opened_at', '<', opened_at),
        and([eb('opened_at', '=', opened_at), eb('account', '<', account)]),
      ]),
    );
  }
  const page = pageOf(await query.execute(), limit, ({ opened_at, account }) => [opened_at, account]);
  const began = await firstRegistered(
    db,
    page.items.map((row) => row.workflow),
  );
  const now = Number(clock() / 1_000_000n);
  return { ...page, items: page.items.map((row) => toAnswer(row, began.get(row.workflow) ?? 0, now)) };
}

/** When each workflow was first registered, in ms since 1970. */
async function firstRegistered(
  db: Deps['control']['db'],
  workflows: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (workflows.length === 0) return new Map();
  const rows = await db
    .selectFrom('workflow_versions')
    .select(['workflow', ({ fn }) => fn.min('registered_at').as('first')])
    .where('workflow', 'in', [...new Set(workflows)])
    .groupBy('workflow')
    .execute();
  return new Map(rows.map(({ workflow, first }) => [workflow, Date.parse(isoTime(first))]));
}

interface AccountRow {
  readonly period: BudgetPeriod;
  readonly name: string;
  readonly workflow: string;
  readonly team: string;
  readonly limit_nano: string | null;
  readonly spent: string;
  readonly reserved: string;
  readonly unsettled: string;
  readonly leases: number;
  readonly warned: number;
  readonly updated_at: string;
}

function toAnswer(row: AccountRow, began: number, now: number): z.input<typeof budgetAnswer> {
  const [spent, reserved] = [BigInt(row.spent), BigInt(row.reserved)];
  const limit = row.limit_nano === null ? null : BigInt(row.limit_nano);
  const left = limit === null ? null : limit - spent - reserved;
  return {
    ...{ workflow: row.workflow, team: row.team, limit: row.period, name: row.name },
    limit_usd: limit === null ? null : usdOf(limit),
    spent_usd: usdOf(spent),
    reserved_usd: usdOf(reserved),
    unsettled_usd: usdOf(BigInt(row.unsettled)),
    available_usd: left === null ? null : usdOf(left > 0n ? left : 0n),
    forecast: forecast({ period: row.period, name: row.name, spent, limit }, began, now),
    live_leases: row.leases,
    warned_percent: row.warned === 0 ? null : row.warned,
    updated_at: isoTime(row.updated_at),
  };
}
