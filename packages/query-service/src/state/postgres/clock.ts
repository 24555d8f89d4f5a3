import type { Pool } from 'pg';
import type { Clock } from '../../deps.ts';

const TRIES = 3;
const EVERY_MS = 10_000;

/** A clock that a change may move on. */
interface DatabaseClock {
  readonly clock: Clock;
  /** From now on, no time up to this one is given. */
  notBefore(time: bigint): void;
  stop(): void;
}

/**
 * The database's clock, read without asking it each time: this host's clock, corrected by what was last measured. So several
 * instances agree on what has expired, to within a round trip, whatever their hosts' clocks say.
 * @param given another clock in its place
 */
export async function databaseClock(pool: Pool, given: Clock | undefined): Promise<DatabaseClock> {
  if (given !== undefined) return { clock: given, notBefore: () => undefined, stop: () => undefined };
  let last = 0n;
  let offset = await measure(pool);
  const timer = setInterval(() => {
    measure(pool).then(
      (measured) => {
        offset = measured;
      },
      // Whoever uses the database hears of it; until then the last measurement holds.
      () => undefined,
    );
  }, EVERY_MS).unref();
  return {
    clock: () => {
      const now = BigInt(Date.now()) * 1_000_000n + offset;
      last = now > last ? now : last + 1n;
      return last;
    },
    notBefore: (time) => {
      if (time > last) last = time;
    },
    stop: () => clearInterval(timer),
  };
}

/** By how much the database's clock is ahead, in nanoseconds; of some tries, the one that took the least time. */
async function measure(pool: Pool): Promise<bigint> {
  const tries: { took: number; offset: bigint }[] = [];
  for (let n = 0; n < TRIES; n++) {
    const began = performance.now();
    const { rows } = await pool.query<{ micros: string }>(
      'select floor(extract(epoch from clock_timestamp()) * 1000000)::bigint::text as micros',
    );
    const took = performance.now() - began;
    const here = BigInt(Math.round((Date.now() - took / 2) * 1000));
    tries.push({ took, offset: (BigInt(rows[0]?.micros ?? 0) - here) * 1000n });
  }
  return tries.reduce((best, one) => (one.took < best.took ? one : best)).offset;
}
