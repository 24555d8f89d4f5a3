import {
  addUsd,
  compareUsd,
  type Heartbeat,
  type Requirements,
  subtractUsd,
  type Usd,
} from '@tollgate/contract';

/** What a model call can cost at most, as far as that can be said before it is made. */
export type Estimate =
  | { readonly kind: 'bounded'; readonly usd: Usd }
  /** There is a price, but no most of tokens. */
  | { readonly kind: 'unbounded' }
  /** There is no price. */
  | { readonly kind: 'unpriced' };

export type Admission =
  | { readonly kind: 'admitted'; readonly reservation: Reservation }
  | { readonly kind: 'refused'; readonly field: string; readonly expected: string };

export interface Reservation {
  /** What the call has cost; null where nobody knows, and then the whole reservation counts as spent. */
  settle(actual: Usd | null): void;
}

/** The money of one run. The one interface that leases from the service's ledger will stand behind. */
export interface BudgetMeter {
  /** Reserves the worst case; the check and the reservation are one step. */
  reserve(estimate: Estimate): Promise<Admission>;
  /** Money spent elsewhere, or an amount that nobody could ask about before. */
  spend(actual: Usd): void;
  /** Settled so far, with unknown costs at their worst case. */
  spent(): Usd;
}

/** A meter within one process: exact for a run that lives in it. Limits of day and month are as fresh as the last heartbeat. */
export function localBudgetMeter(
  limit: Requirements['budget_limit'],
  workflowSpent: () => Heartbeat['spent'],
): BudgetMeter {
  let settled: Usd = '0';
  let reserved: Usd = '0';
  return {
    async reserve(estimate) {
      const worst = worstCase(estimate, limit);
      const refusal =
        typeof worst === 'string'
          ? overLimit(limit, worst, addUsd(settled, reserved), workflowSpent())
          : worst;
      if (refusal !== undefined) return refusal;
      const amount = worst as Usd;
      reserved = addUsd(reserved, amount);
      return {
        kind: 'admitted',
        reservation: once((actual) => {
          reserved = subtractUsd(reserved, amount);
          settled = addUsd(settled, actual ?? amount);
        }),
      };
    },
    spend(actual) {
      settled = addUsd(settled, actual);
    },
    spent: () => settled,
  };
}

type Refused = Extract<Admission, { kind: 'refused' }>;

/** The amount to reserve. `budget.per_call` is the workflow's ceiling for a call that has no bound of its own. */
function worstCase(estimate: Estimate, { per_call, per_run }: Requirements['budget_limit']): Usd | Refused {
  if (estimate.kind === 'bounded') return estimate.usd;
  if (per_call !== undefined) return per_call;
  if (estimate.kind === 'unbounded' || per_run === undefined) return '0';
  return refused('budget.per_run', 'a model with a price, or a ceiling: budget.per_call or ceilingUsd');
}

function overLimit(
  { per_call, per_run, per_day, per_month }: Requirements['budget_limit'],
  worst: Usd,
  committed: Usd,
  workflow: Heartbeat['spent'],
): Refused | undefined {
  if (per_call !== undefined && compareUsd(worst, per_call) > 0)
    return refused('budget.per_call', `at most ${per_call} USD for one call; this one could cost ${worst}`);
  const limits = [
    ['budget.per_run', per_run, committed],
    ['budget.per_day', per_day, addUsd(workflow?.day_usd ?? '0', committed)],
    ['budget.per_month', per_month, addUsd(workflow?.month_usd ?? '0', committed)],
  ] as const;
  for (const [field, limit, so] of limits) {
    if (limit === undefined) continue;
    if (compareUsd(so, limit) >= 0 || compareUsd(addUsd(so, worst), limit) > 0)
      return refused(
        field,
        `at most ${limit} USD; ${so} is spent or reserved, and this call could cost ${worst}`,
      );
  }
  return undefined;
}

function refused(field: string, expected: string): Refused {
  return { kind: 'refused', field, expected };
}

function once(settle: (actual: Usd | null) => void): Reservation {
  let open = true;
  return {
    settle(actual) {
      if (open) settle(actual);
      open = false;
    },
  };
}
