import { addUsd, compareUsd, type Requirements, subtractUsd, type Usd } from '@tollgate/contract';
import { type Admission, type Estimate, isShared, once } from './admission.ts';
import { type BudgetMeter, localBudgetMeter } from './budget-meter.ts';

/**
 * The money of a run that started without the service: counted here until the service knows the run and what was reserved
 * here is settled, then carried over to its ledger, which cannot count what it has not heard of. A limit that other runs share
 * cannot be kept alone, so model calls wait for the service there.
 */
export function lateBudgetMeter(
  limit: Requirements['budget_limit'],
  isRegistered: () => boolean,
  leased: BudgetMeter,
): BudgetMeter {
  const local = localBudgetMeter(limit);
  let carried: Usd = '0';
  let open = 0;
  const isCarriedOver = () => isRegistered() && open === 0;
  const reserveHere = async (estimate: Estimate): Promise<Admission> => {
    open += 1;
    const admission = await local.reserve(estimate);
    if (admission.kind === 'refused') {
      open -= 1;
      return admission;
    }
    const reservation = once((actual) => {
      admission.reservation.settle(actual);
      open -= 1;
    });
    return { kind: 'admitted', reservation };
  };
  const carry = () => {
    const rest = subtractUsd(local.spent(), carried);
    if (compareUsd(rest, '0') <= 0) return;
    carried = local.spent();
    leased.spend(rest);
  };
  return {
    async reserve(estimate) {
      if (isCarriedOver()) {
        carry();
        return leased.reserve(estimate);
      }
      if (!isShared(limit)) return reserveHere(estimate);
      const expected = 'the service, whose ledger keeps the limits of the day and the month';
      return { kind: 'refused', reason: 'service_unreachable', field: '(ledger)', expected };
    },
    spend: (actual) => (isCarriedOver() ? leased : local).spend(actual),
    spent: () => addUsd(leased.spent(), subtractUsd(local.spent(), carried)),
    async close() {
      if (!isRegistered()) return;
      carry();
      await leased.close();
    },
  };
}
