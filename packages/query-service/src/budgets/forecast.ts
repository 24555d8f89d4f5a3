import type { BudgetPeriod } from '@tollgate/contract';
import { z } from 'zod';
import { usdOf } from './nano.ts';

/** What will be spent by the end of a period if it goes on as so far. */
export const forecastAnswer = z.object({
  spent_usd: z.string(),
  /** Null where there is no limit. */
  over_limit: z.boolean().nullable(),
  /** Spent until now, divided by the time of the period that it took, times the whole of that time. */
  method: z.literal('linear'),
  /** The part of the period's time that has passed, from 0.1 to below 1. */
  elapsed: z.number(),
  ends_at: z.iso.datetime(),
});

export interface Spending {
  readonly period: BudgetPeriod;
  /** The UTC day (2026-11-23) or the UTC month (2026-11). */
  readonly name: string;
  readonly spent: bigint;
  readonly limit: bigint | null;
}

/** Less than this part of a period says nothing about the rest of it. */
const LEAST_ELAPSED = 0.1;

/**
 * A forecast of a day's or month's spend. Pure. Null where too little is known: for a run, whose end nobody knows; in the
 * first tenth of the time; and for a period that is over, where what is spent is all.
 * @param began when the workflow was first registered (ms): time before that is no time of the period
 * @param now ms since 1970
 */
export function forecast(
  { period, name, spent, limit }: Spending,
  began: number,
  now: number,
): z.input<typeof forecastAnswer> | null {
  if (period === 'per_run') return null;
  const start = Math.max(Date.parse(period === 'per_day' ? name : `${name}-01`), began);
  const end = endOf(period, name);
  if (!(now < end) || !(now > start)) return null;
  const [passed, whole] = [Math.floor(now - start), Math.floor(end - start)];
  const elapsed = passed / whole;
  if (elapsed < LEAST_ELAPSED) return null;
  const total = (spent * BigInt(whole)) / BigInt(passed);
  return {
    spent_usd: usdOf(total),
    over_limit: limit === null ? null : total > limit,
    method: 'linear',
    elapsed: Math.floor(elapsed * 10_000) / 10_000,
    ends_at: new Date(end).toISOString(),
  };
}

function endOf(period: 'per_day' | 'per_month', name: string): number {
  if (period === 'per_day') return Date.parse(name) + 86_400_000;
  const [year = 0, month = 0] = name.split('-').map(Number);
  return Date.UTC(year, month, 1);
}
