import { addUsd, compareUsd, type Requirements, subtractUsd, type Usd } from '@tollgate/contract';
import { type Admission, amountToReserve, type Estimate, hasRoom, once, overBudget } from './admission.ts';

/** The money of one run. */
export interface BudgetMeter {
  /** Reserves the worst case; the check and the reservation are one step. */
  reserve(estimate: Estimate): Promise<Admission>;
  /** Money spent elsewhere, or an amount that nobody could ask about before. */
  spend(actual: Usd): void;
  /** Settled so far by this process, with unknown costs at their worst case. */
  spent(): Usd;
  /** Tells the ledger what was spent and gives back the rest. Never rejects. */
  close(): Promise<void>;
}

/** A meter within one process, for a run that nobody else can spend from and that the service does not know (yet). */
export function localBudgetMeter(limit: Requirements['budget_limit']): BudgetMeter {
  let settled: Usd = '0';
  let reserved: Usd = '0';
  let dearest: Usd = '0';
  return {
    async reserve(estimate) {
      const amount = amountToReserve(estimate, limit, dearest);
      if (typeof amount !== 'string') return amount;
      const committed = addUsd(settled, reserved);
      if (limit.per_run !== undefined && !hasRoom(limit.per_run, committed, amount))
        return overBudget(
          'budget.per_run',
          `at most ${limit.per_run} USD; ${committed} is spent or reserved, and this call could cost ${amount}`,
        );
      reserved = addUsd(reserved, amount);
      const reservation = once((actual) => {
        reserved = subtractUsd(reserved, amount);
        settled = addUsd(settled, actual ?? amount);
        dearest = maxUsd(dearest, actual ?? amount);
      });
      return { kind: 'admitted', reservation };
    },
    spend(actual) {
      settled = addUsd(settled, actual);
    },
    spent: () => settled,
    close: async () => {},
  };
}

export function maxUsd(a: Usd, b: Usd): Usd {
  return compareUsd(a, b) >= 0 ? a : b;
}
