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
 * The database's clock, read without asking it each time: this process's steady clock, corrected by what was last measured. It
 * is never ahead of the database and behind it by a round trip at most, whatever the hosts' clocks say: so instances agree on
 * what has expired, and a change that is made after a reading has a later time.
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
      const now = process.hrtime.bigint() + offset;
      last = now > last ? now : last + 1n;
      return last;
    },
    notBefore: (time) => {
      if (time > last) last = time;
    },
    stop: () => clearInterval(timer),
  };
}

/**
 * By how much the database's clock was ahead of the steady one when its answer arrived, in nanoseconds, which is too little by
 * what the answer took to arrive; of some tries, the one that took the least time.
 */
async function measure(pool: Pool): Promise<bigint> {
  const tries: { took: bigint; offset: bigint }[] = [];
  for (let n = 0; n < TRIES; n++) {
    const began = process.hrtime.bigint();
    const { rows } = await pool.query<{ micros: string }>(
      'select floor(extract(epoch from clock_timestamp()) * 1000000)::bigint::text as micros',
    );
    const arrived = process.hrtime.bigint();
    tries.push({ took: arrived - began, offset: BigInt(rows[0]?.micros ?? 0) * 1000n - arrived });
  }
  return tries.reduce((best, one) => (one.took < best.took ? one : best)).offset;
}
