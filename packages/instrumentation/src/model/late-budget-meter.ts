import { addUsd, compareUsd, type Requirements, subtractUsd, type Usd } from '@tollgate/contract';
import { isShared } from './admission.ts';
import { type BudgetMeter, localBudgetMeter } from './budget-meter.ts';

/**
 * The money of a run that started without the service: counted here until the service knows the run, then carried over to
 * its ledger. A limit that other runs share cannot be kept alone, so model calls wait for the service there.
 */
export function lateBudgetMeter(
  limit: Requirements['budget_limit'],
  isRegistered: () => boolean,
  leased: BudgetMeter,
): BudgetMeter {
  const local = localBudgetMeter(limit);
  let carried: Usd = '0';
  const carry = () => {
    const rest = subtractUsd(local.spent(), carried);
    if (compareUsd(rest, '0') <= 0) return;
    carried = local.spent();
    leased.spend(rest);
  };
  return {
    async reserve(estimate) {
      if (isRegistered()) {
        carry();
        return leased.reserve(estimate);
      }
      if (!isShared(limit)) return local.reserve(estimate);
      const expected = 'the service, whose ledger keeps the limits of the day and the month';
      return { kind: 'refused', reason: 'service_unreachable', field: '(ledger)', expected };
    },
    spend: (actual) => (isRegistered() ? leased : local).spend(actual),
    spent: () => addUsd(leased.spent(), subtractUsd(local.spent(), carried)),
    async close() {
      if (!isRegistered()) return;
      carry();
      await leased.close();
    },
  };
}
