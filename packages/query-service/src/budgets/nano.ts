import { TollgateError, type Usd } from '@tollgate/contract';

/**
 * The ledger counts in whole nano-USD, as bigint, so that the database adds and compares exactly. What is reserved or
 * spent is rounded up and a limit down: rounding never makes room.
 */
export const NANO_PER_USD = 1_000_000_000n;
/** Most of one lease, and of what was spent from it: 100,000 USD. */
export const MOST_OF_A_LEASE = 100_000n * NANO_PER_USD;
/** Most that an account can hold: 1,000,000,000 USD. A higher limit counts as this one. */
export const MOST_OF_AN_ACCOUNT = 1_000_000_000n * NANO_PER_USD;

const DECIMALS = 9;

/** A decimal amount in nano-USD, rounded up. */
export function nanoUp(amount: Usd): bigint {
  const [whole, rest] = split(amount);
  return whole + (/[1-9]/.test(rest) ? 1n : 0n);
}

/** A limit in nano-USD, rounded down. */
export function nanoLimit(limit: Usd): bigint {
  const [whole] = split(limit);
  return whole < MOST_OF_AN_ACCOUNT ? whole : MOST_OF_AN_ACCOUNT;
}

/** Nano-USD as a decimal amount, exactly. */
export function usdOf(nano: bigint): Usd {
  const text = nano.toString().padStart(DECIMALS + 1, '0');
  const decimals = text.slice(-DECIMALS).replace(/0+$/, '');
  const whole = text.slice(0, -DECIMALS);
  return decimals === '' ? whole : `${whole}.${decimals}`;
}

/** An amount of one lease. @throws TollgateError `invalid_request` where it is more than the ledger takes at once */
export function leaseNano(amount: Usd, path: string): bigint {
  const nano = nanoUp(amount);
  if (nano <= MOST_OF_A_LEASE) return nano;
  const message = `at most ${usdOf(MOST_OF_A_LEASE)} USD in one lease`;
  throw new TollgateError('invalid_request', undefined, { issues: [{ path, message }] });
}

function split(amount: Usd): [whole: bigint, rest: string] {
  const [dollars = '0', decimals = ''] = amount.split('.');
  const nano = decimals.slice(0, DECIMALS).padEnd(DECIMALS, '0');
  return [BigInt(dollars) * NANO_PER_USD + BigInt(nano), decimals.slice(DECIMALS)];
}
