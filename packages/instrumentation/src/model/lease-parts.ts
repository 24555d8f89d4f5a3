import { addUsd, compareUsd, subtractUsd, type Usd } from '@tollgate/contract';
import type { HeldLease } from './held-lease.ts';

/** What one lease gives to one call. */
export interface LeasePart {
  readonly lease: HeldLease;
  readonly amount: Usd;
}

/** All that can be reserved now. */
export function roomOf(leases: readonly HeldLease[], now: number): Usd {
  return leases.reduce<Usd>((sum, lease) => addUsd(sum, lease.room(now)), '0');
}

/**
 * Room for a call: in one lease, or in what is left of several, since each remainder may be too small for any call while
 * all of them together are not. Undefined where they do not hold as much.
 */
export function partsFor(
  leases: readonly HeldLease[],
  amount: Usd,
  now: number,
): readonly LeasePart[] | undefined {
  const whole = leases.find((lease) => compareUsd(lease.room(now), amount) >= 0);
  if (whole !== undefined) return [{ lease: whole, amount }];
  const parts: LeasePart[] = [];
  let missing = amount;
  for (const lease of leases) {
    const part = least(lease.room(now), missing);
    if (compareUsd(part, '0') <= 0) continue;
    parts.push({ lease, amount: part });
    missing = subtractUsd(missing, part);
  }
  return compareUsd(missing, '0') <= 0 ? parts : undefined;
}

/** Books the cost of a call with the parts that were reserved for it, in order; what is above all of them with the last. */
export function settleParts(parts: readonly LeasePart[], cost: Usd, now: number): void {
  let rest = cost;
  for (const [index, { lease, amount }] of parts.entries()) {
    const booked = index === parts.length - 1 ? rest : least(amount, rest);
    lease.settle(amount, booked, now);
    rest = subtractUsd(rest, booked);
  }
}

const least = (a: Usd, b: Usd): Usd => (compareUsd(a, b) <= 0 ? a : b);
