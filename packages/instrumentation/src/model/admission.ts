import { addUsd, compareUsd, type Reason, type Requirements, type Usd } from '@tollgate/contract';

/** What a model call can cost at most, as far as that can be said before it is made. */
export type Estimate =
  | { readonly kind: 'bounded'; readonly usd: Usd }
  /** There is a price, but no most of tokens. */
  | { readonly kind: 'unbounded' }
  /** There is no price. */
  | { readonly kind: 'unpriced' };

export type Admission = { readonly kind: 'admitted'; readonly reservation: Reservation } | AdmissionRefused;

export interface AdmissionRefused {
  readonly kind: 'refused';
  readonly reason: Reason;
  readonly field: string;
  readonly expected: string;
}

export interface Reservation {
  /** What the call has cost; null where nobody knows, and then the whole reservation counts as spent. */
  settle(actual: Usd | null): void;
}

type BudgetLimit = Requirements['budget_limit'];

/**
 * The amount to reserve, or why there is none. `budget.per_call` is the workflow's ceiling for a call that has no bound of
 * its own; without it, a call is taken to cost as much as the dearest of its run so far.
 */
export function amountToReserve(
  estimate: Estimate,
  limit: BudgetLimit,
  dearest: Usd,
): Usd | AdmissionRefused {
  const { per_call } = limit;
  if (estimate.kind === 'unpriced' && per_call === undefined && isCapped(limit))
    return overBudget(
      `budget.${PERIODS.find((period) => limit[period] !== undefined)}`,
      'a model and service tier with a price, or a ceiling: budget.per_call or ceilingUsd',
    );
  const amount = estimate.kind === 'bounded' ? estimate.usd : (per_call ?? dearest);
  if (per_call !== undefined && compareUsd(amount, per_call) > 0)
    return overBudget(
      'budget.per_call',
      `at most ${per_call} USD for one call; this one could cost ${amount}`,
    );
  return amount;
}

const PERIODS = ['per_run', 'per_day', 'per_month'] as const;

/** Whether anything besides the single call is limited. */
export function isCapped(limit: BudgetLimit): boolean {
  return PERIODS.some((period) => limit[period] !== undefined);
}

/** Whether runs share a limit, so that no process knows by itself what is left. */
export function isShared({ per_day, per_month }: BudgetLimit): boolean {
  return per_day !== undefined || per_month !== undefined;
}

export function overBudget(field: string, expected: string): AdmissionRefused {
  return { kind: 'refused', reason: 'over_budget', field, expected };
}

/** A reservation that is settled once; a second time changes nothing. */
export function once(settle: (actual: Usd | null) => void): Reservation {
  let open = true;
  return {
    settle(actual) {
      if (open) settle(actual);
      open = false;
    },
  };
}

/** Spent, or reserved for what is under way, must leave room: a budget that is used up to the cent admits nothing more. */
export function hasRoom(limit: Usd, committed: Usd, amount: Usd): boolean {
  return compareUsd(committed, limit) < 0 && compareUsd(addUsd(committed, amount), limit) <= 0;
}
