import { HandleEmptyInListsPlugin, Kysely, replaceWithNoncontingentExpression } from 'kysely';
import type { Clock } from '../../deps.ts';
import type { StateEngine } from '../engine.ts';
import type { ControlTables } from '../tables.ts';
import { databaseClock } from './clock.ts';
import { openPool, sessionConfig } from './connections.ts';
import { postgresDialect } from './dialect.ts';
import { lead } from './leadership.ts';
import { DatabaseLocks } from './locks.ts';
import { Notifications } from './notifications.ts';
import { scrubApprovals } from './scrub.ts';
import { checkServer } from './server-checks.ts';
import { takeTurn } from './turn.ts';

/** Changes of all processes take turns, so one connection has enough to do; whoever waits for it longer than ten seconds is refused. */
const WRITING = {
  // Whoever had to wait for its turn sees what was committed meanwhile.
  default_transaction_isolation: 'read committed',
  synchronous_commit: 'on',
  lock_timeout: '5000',
  // A process that stops in the middle of a change holds up all others.
  idle_in_transaction_session_timeout: '10000',
};
const READING = { default_transaction_read_only: 'on', statement_timeout: '30000' };
const READERS = 8;

/**
 * The control state in a PostgreSQL database that several services share.
 * @param given the clock; without it, the database's
 * @throws TypeError where the address is none; Error where the server would lose what it has committed
 */
export async function openPostgres(database_url: string, given: Clock | undefined): Promise<StateEngine> {
  const writing = openPool({
    ...sessionConfig(database_url, { name: 'writer', settings: WRITING }),
    max: 1,
  });
  const reading = openPool({
    ...sessionConfig(database_url, { name: 'reader', settings: READING }),
    max: READERS,
  });
  const end = async () => void (await Promise.all([writing.end(), reading.end()]));
  try {
    await checkServer(writing);
    const time = await databaseClock(reading, given);
    const notifications = new Notifications(database_url);
    const locks = new DatabaseLocks(database_url);
    const plugins = [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })];
    return {
      db: new Kysely<ControlTables>({ dialect: postgresDialect(reading), plugins }),
      writable: new Kysely<ControlTables>({ dialect: postgresDialect(writing), plugins }),
      clock: time.clock,
      takeTurn: async (db) => {
        const now = await takeTurn(db, given);
        time.notBefore(now);
        return now;
      },
      tell: (db, topics) => notifications.tell(db, topics),
      hear: (heard) => notifications.hear(heard),
      lead: (begin, logger) => lead(database_url, begin, logger),
      exclusively: locks.exclusively,
      scrub: () => scrubApprovals(writing),
      close: async () => {
        time.stop();
        await notifications.close();
        await locks.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
