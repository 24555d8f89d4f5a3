import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Clock } from '../deps.ts';
import { eventOfRow, type ServiceEvent } from '../events/event.ts';
import { appendEvent, EVENTS_TOPIC } from '../events/journal.ts';
import { appendServiceRecord } from '../records/append-service-record.ts';
import { wellFormed } from '../records/plain-text.ts';
import type { Change, ControlState } from './change.ts';
import type { StateEngine, Tenure } from './engine.ts';
import { migrate } from './migrations/migrate.ts';
import { openPostgres } from './postgres/engine.ts';
import { Signals } from './signals.ts';
import { openSqlite } from './sqlite/engine.ts';
import type { ControlTables } from './tables.ts';
import { systemClock } from './time.ts';

/** Where the control state lies: in a directory of its own, for one service, or in PostgreSQL, which several services share. */
export type StatePlace =
  | {
      /** Of `control.db`; made where it is missing, readable by its owner alone. */
      readonly directory: string;
      readonly database_url?: undefined;
    }
  | {
      /** `postgres://user:password@host:5432/database`, with `?sslmode=verify-full` where it is not on this host. */
      readonly database_url: string;
      readonly directory?: undefined;
    };

export type ControlStateOptions = StatePlace & {
  /** Without it: this host's clock, and that of PostgreSQL where the state is there. */
  readonly clock?: Clock | undefined;
  /** Most waiters over all topics. */
  readonly max_waiters?: number;
};

/** Wakes those who send what is in the outbox. */
const OUTBOX_TOPIC = 'outbox';

/** Opens the control state and brings it to the newest shape. Several processes may have it open; changes take turns. */
export async function openControlState(options: ControlStateOptions): Promise<ControlState> {
  const { max_waiters = 10_000, clock } = options;
  const engine =
    options.database_url === undefined
      ? openSqlite(options.directory, clock ?? systemClock())
      : await openPostgres(options.database_url, clock);
  try {
    await migrate(engine.writable);
    return await controlStateOver(engine, max_waiters);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function controlStateOver(engine: StateEngine, max_waiters: number): Promise<ControlState> {
  const { db, clock, exclusively, scrub, close } = engine;
  const writer = await installationWriter(engine.writable);
  const listeners = new Set<() => void>();
  let leading = false;
  const signals = new Signals(max_waiters);
  const wake = (topic: string) => {
    if (topic !== OUTBOX_TOPIC) return signals.notify(topic);
    for (const listener of listeners) listener();
  };
  await engine.hear((topic) => {
    if (topic !== undefined) return wake(topic);
    signals.notifyAll();
    wake(OUTBOX_TOPIC);
  });
  const change = changer(engine, writer, wake);
  const state: ControlState = {
    ...{ db, clock, writer, signals, change, exclusively, scrub, close },
    leads: () => leading,
    lead: (begin, logger) =>
      engine.lead(({ check }) => {
        leading = true;
        const work = begin(check === undefined ? state : duringTenure(state, check));
        return {
          stop: async () => {
            leading = false;
            await work.stop();
          },
        };
      }, logger),
    onOutbox: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return state;
}

/** The same state, whose changes fail once another process leads. */
function duringTenure(state: ControlState, check: NonNullable<Tenure['check']>): ControlState {
  return {
    ...state,
    change: (work) =>
      state.change(async (change) => {
        await check(change.db);
        return work(change);
      }),
  };
}

function changer(engine: StateEngine, writer: string, wake: (topic: string) => void): ControlState['change'] {
  return async (work) => {
    const topics = new Set<string>();
    const result = await engine.writable.transaction().execute(async (db) => {
      // Taken inside the transaction, so that the order of times is the order of commits.
      const now = await engine.takeTurn(db);
      const event = async (happened: ServiceEvent) => {
        topics.add(EVENTS_TOPIC);
        await appendEvent({ db, now }, happened);
      };
      const row: Change['row'] = async (table, values) => {
        topics.add(OUTBOX_TOPIC);
        const happened = eventOfRow(table, values);
        if (happened !== undefined) await event(happened);
        // The store refuses a row with a text that is none, and with it all that are sent beside it.
        const text = JSON.stringify(wellFormed(values));
        await db.insertInto('evidence_outbox').values({ table_name: table, row: text }).execute();
      };
      const outcome = await work({
        db,
        now,
        row,
        event,
        record: (scope, fact) => appendServiceRecord({ db, now, row }, writer, scope, fact),
        announce: (topic) => void topics.add(topic),
      });
      await engine.tell(db, topics);
      return outcome;
    });
    for (const topic of topics) wake(topic);
    return result;
  };
}

/** The writer id is made once; two processes that start at the same moment agree on the first one's. */
async function installationWriter(db: Kysely<ControlTables>): Promise<string> {
  await db
    .insertInto('state_values')
    .values({ name: 'writer', value: randomUUID() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const { value } = await db
    .selectFrom('state_values')
    .select('value')
    .where('name', '=', 'writer')
    .executeTakeFirstOrThrow();
  return value;
}
