import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import type { Clock } from '../deps.ts';
import { eventOfRow, type ServiceEvent } from '../events/event.ts';
import { appendEvent, EVENTS_TOPIC } from '../events/journal.ts';
import { appendServiceRecord } from '../records/append-service-record.ts';
import type { Change, ControlState } from './change.ts';
import { migrate } from './migrations/migrate.ts';
import { Signals } from './signals.ts';
import { nodeSqliteDialect } from './sqlite/dialect.ts';
import { openDatabase } from './sqlite/node-sqlite.ts';
import type { ControlTables } from './tables.ts';

export interface ControlStateOptions {
  /** Where `control.db` lies; made where it is missing, readable by its owner alone. */
  readonly directory: string;
  readonly clock: Clock;
  /** Most waiters over all topics. */
  readonly max_waiters?: number;
}

/** Opens the control state and brings it to the newest shape. Several processes may have it open; changes take turns. */
export async function openControlState({
  directory,
  clock,
  max_waiters = 10_000,
}: ControlStateOptions): Promise<ControlState> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'control.db');
  const writable = new Kysely<ControlTables>({ dialect: nodeSqliteDialect(openDatabase(path)) });
  chmodSync(path, 0o600);
  await migrate(writable);
  const writer = await installationWriter(writable);
  const db = new Kysely<ControlTables>({
    dialect: nodeSqliteDialect(openDatabase(path, { readOnly: true })),
  });
  const listeners = new Set<() => void>();
  const signals = new Signals(max_waiters);
  return {
    db,
    writer,
    signals,
    change: changer(writable, { writer, clock, signals, listeners }),
    scrub: async () => {
      // Commits lie in the write-ahead log until it is written back, and its file is used again, not emptied.
      const { rows } = await sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(writable);
      if (rows[0]?.busy !== 0) throw new Error('The write-ahead log is being read, and was not emptied.');
    },
    onOutbox: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      await db.destroy();
      await writable.destroy();
    },
  };
}

function changer(
  writable: Kysely<ControlTables>,
  {
    writer,
    clock,
    signals,
    listeners,
  }: { writer: string; clock: Clock; signals: Signals; listeners: ReadonlySet<() => void> },
): ControlState['change'] {
  return async (work) => {
    const topics = new Set<string>();
    let shipped = false;
    const result = await writable.transaction().execute(async (db) => {
      // Read inside the transaction, so that the order of times is the order of commits.
      const now = clock();
      const event = async (happened: ServiceEvent) => {
        topics.add(EVENTS_TOPIC);
        await appendEvent({ db, now }, happened);
      };
      const row: Change['row'] = async (table, values) => {
        shipped = true;
        const happened = eventOfRow(table, values);
        if (happened !== undefined) await event(happened);
        const text = JSON.stringify(values);
        await db.insertInto('evidence_outbox').values({ table_name: table, row: text }).execute();
      };
      return work({
        db,
        now,
        row,
        event,
        record: (scope, fact) => appendServiceRecord({ db, now, row }, writer, scope, fact),
        announce: (topic) => void topics.add(topic),
      });
    });
    for (const topic of topics) signals.notify(topic);
    if (shipped) for (const listener of listeners) listener();
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
