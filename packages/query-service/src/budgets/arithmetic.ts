import type { LeaseState } from '../state/budget-tables.ts';

/** Amounts in nano-USD. */
export interface LeaseAmounts {
  readonly state: LeaseState;
  readonly granted: bigint;
  /** Settled so far. */
  readonly spent: bigint;
}

/** What one lease adds to each of its accounts, or how that changes. */
export interface Share {
  readonly spent: bigint;
  readonly reserved: bigint;
  readonly unsettled: bigint;
  readonly leases: number;
}

/**
 * What a lease adds to its accounts. A live one reserves what it has not spent; an expired one counts that rest as spent,
 * because a call may be under way with it (invariant 9); a closed one gave it back.
 */
export function shareOf({ state, granted, spent }: LeaseAmounts): Share {
  const rest = granted > spent ? granted - spent : 0n;
  if (state === 'live') return { spent, reserved: rest, unsettled: 0n, leases: 1 };
  if (state === 'expired') return { spent: spent + rest, reserved: 0n, unsettled: rest, leases: 0 };
  return { spent, reserved: 0n, unsettled: 0n, leases: 0 };
}

export const minus = (a: Share, b: Share): Share => ({
  spent: a.spent - b.spent,
  reserved: a.reserved - b.reserved,
  unsettled: a.unsettled - b.unsettled,
  leases: a.leases - b.leases,
});

export const plus = (a: Share, b: Share): Share => ({
  spent: a.spent + b.spent,
  reserved: a.reserved + b.reserved,
  unsettled: a.unsettled + b.unsettled,
  leases: a.leases + b.leases,
});

/** A settlement of a lease: cumulative, so the higher sum is the newer one; what is closed stays closed. */
export function settled(
  lease: LeaseAmounts,
  { spent, closed }: { readonly spent: bigint; readonly closed: boolean },
): LeaseAmounts {
  return {
    granted: lease.granted,
    spent: spent > lease.spent ? spent : lease.spent,
    state: closed ? 'closed' : lease.state,
  };
}

/** What an account has room for. */
export interface Room {
  readonly available: bigint;
  /** Leases that are live on it. */
  readonly leases: number;
}

/**
 * How much to grant: what is wanted while there is plenty, and towards the end of a limit a share that leaves as much
 * again for every other lease, so that no process hoards the last of it. Undefined where the least does not fit.
 */
export function grantOf(wanted: bigint, minimum: bigint, rooms: readonly Room[]): bigint | undefined {
  let most = wanted > minimum ? wanted : minimum;
  for (const { available, leases } of rooms) {
    if (available <= 0n || minimum > available) return undefined;
    const fair = available / BigInt(2 * (leases + 1));
    const fitting = fair > minimum ? fair : minimum;
    if (fitting < most) most = fitting;
  }
  return most;
}
