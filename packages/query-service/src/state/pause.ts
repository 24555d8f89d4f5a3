import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TollgateError } from '@tollgate/contract';
import type { Transaction } from 'kysely';
import { PAUSED } from '../records/shipping-pause.ts';
import type { StateEngine } from './engine.ts';
import type { ControlTables } from './tables.ts';
import { seconds, timeText } from './time.ts';

/** A pause that nobody renews ends by itself, so a backup that was killed stops nothing. */
const PAUSE = seconds(30);
const RENEW_MS = 5000;
const PATIENCE_MS = 60_000;

type Engine = Pick<StateEngine, 'writable' | 'db' | 'takeTurn'>;

/**
 * Does some work while no evidence leaves the outbox, and after what had been on its way has arrived. So every record that the
 * control state refers to is in the evidence store or in the outbox, and the store has none that the control state does not
 * know, however far apart the two are copied: no chain forks when the copies go on. Approvals and everything else go on;
 * what they record is sent afterwards.
 * @throws TollgateError `conflict` where another backup is going on; `storage_unavailable` where the service does not stop
 * sending, or the pause could not be kept up
 */
export async function whileNothingIsSent(engine: Engine, work: () => Promise<void>): Promise<void> {
  const pause = await Pause.begin(engine);
  try {
    await untilNothingIsSent(engine);
    await work();
    await pause.renew();
    pause.check();
  } finally {
    await pause.end();
  }
}

/** Keeps the pause up until its end. */
class Pause {
  readonly #engine: Engine;
  #until: string;
  #failure: Error | undefined;
  #renewing: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;

  private constructor(engine: Engine, until: string) {
    this.#engine = engine;
    this.#until = until;
    this.#timer = setInterval(() => void this.renew(), RENEW_MS);
  }

  /** Two at once would end each other's pause. */
  static async begin(engine: Engine): Promise<Pause> {
    const until = await inTurn(engine, async (db, now) => {
      const next = pauseFrom(now);
      const { numInsertedOrUpdatedRows = 0n } = await db
        .insertInto('state_values')
        .values({ name: PAUSED, value: next })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ value: next })
            .where('state_values.value', '<=', timeText(now)),
        )
        .executeTakeFirst();
      return numInsertedOrUpdatedRows > 0n ? next : undefined;
    });
    if (until !== undefined) return new Pause(engine, until);
    throw new TollgateError(
      'conflict',
      'Another backup is going on, or was killed less than half a minute ago.',
    );
  }

  /** One renewal after the other. What fails is said by `check`. */
  renew(): Promise<void> {
    this.#renewing = this.#renewing
      .then(() => this.#renewNow())
      .catch((error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      });
    return this.#renewing;
  }

  /** @throws where the pause has ever ended meanwhile */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    await inTurn(this.#engine, (db) =>
      db.deleteFrom('state_values').where('name', '=', PAUSED).where('value', '=', this.#until).execute(),
    );
  }

  async #renewNow(): Promise<void> {
    await inTurn(this.#engine, async (db, now) => {
      const next = pauseFrom(now);
      // Only what this backup wrote: one that came after it was over has a pause of its own.
      const { numUpdatedRows } = await db
        .updateTable('state_values')
        .set({ value: next })
        .where('name', '=', PAUSED)
        .where('value', '=', this.#until)
        .executeTakeFirst();
      if (this.#until <= timeText(now) || numUpdatedRows === 0n)
        this.#failure = new TollgateError(
          'storage_unavailable',
          'The pause of sending evidence ended too early.',
        );
      if (numUpdatedRows > 0n) this.#until = next;
    });
  }
}

/** In the order of all changes: a batch that is begun meanwhile is begun before this, and is seen, or after it, and is not begun. */
function inTurn<T>(
  { writable, takeTurn }: Engine,
  work: (db: Transaction<ControlTables>, now: bigint) => Promise<T>,
): Promise<T> {
  return writable.transaction().execute(async (db) => work(db, await takeTurn(db)));
}

/** A few nanoseconds of its own tell it from every other. */
const pauseFrom = (now: bigint): string => timeText(now + PAUSE + BigInt(randomInt(1_000_000)));

/** A batch that was begun is sent to its end; none is begun any more. */
async function untilNothingIsSent({ db }: Engine): Promise<void> {
  const open = () =>
    db
      .selectFrom('evidence_outbox')
      .select('position')
      .where('batch_id', 'is not', null)
      .limit(1)
      .executeTakeFirst();
  for (const end = performance.now() + PATIENCE_MS; (await open()) !== undefined; await sleep(50))
    if (performance.now() > end)
      throw new TollgateError(
        'storage_unavailable',
        'Evidence that is being sent does not arrive in the store. Is ClickHouse well?',
      );
}
