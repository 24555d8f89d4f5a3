import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Client } from 'pg';
import type { Logger } from 'pino';
import type { Stoppable, Tenure } from '../engine.ts';
import { endSession, openSession, sessionConfig } from './connections.ts';
import { lockKey, tryLock } from './locks.ts';

const LOCK = 'leader';
const RETRY_MS = 1000;
const HEARTBEAT_MS = 1000;
const HEARTBEAT_PATIENCE_MS = 5000;

/**
 * Of all processes on one database, one does the background work: the one whose session has the lock. PostgreSQL gives the
 * lock back when that session ends, however its process ended. A process that was cut off may believe for some seconds
 * that it still leads; each change that it makes as the leader asks PostgreSQL, so it changes nothing any more.
 */
export function lead(database_url: string, begin: (tenure: Tenure) => Stoppable, logger: Logger): Stoppable {
  const ending = new AbortController();
  const { signal } = ending;
  const pause = (ms: number, until: AbortSignal = signal) =>
    sleep(ms, undefined, { signal: until, ref: false }).catch(() => undefined);

  const stand = async (): Promise<void> => {
    const lost = new AbortController();
    const config = sessionConfig(database_url, { name: LOCK });
    const client = await openSession({ ...config, query_timeout: HEARTBEAT_PATIENCE_MS }, () => lost.abort());
    try {
      while (!signal.aborted && !(await tryLock(client, LOCK))) await pause(RETRY_MS * (0.5 + Math.random()));
      if (!signal.aborted) await serve(client, lost.signal);
    } finally {
      await endSession(client);
    }
  };

  const serve = async (client: Client, lost: AbortSignal): Promise<void> => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const pid = Number(rows[0]?.pid);
    logger.info({ pid }, 'background work is done by this process from now on');
    const work = begin(tenureOf(pid));
    const over = AbortSignal.any([signal, lost]);
    try {
      while (!over.aborted) {
        await client.query('select 1');
        await pause(HEARTBEAT_MS, over);
      }
    } finally {
      if (!signal.aborted) logger.warn('background work is left to another process');
      await work.stop();
    }
  };

  const running = (async () => {
    while (!signal.aborted) {
      await stand().catch((error: unknown) =>
        logger.warn({ err: error }, 'not the leader: the database did not answer'),
      );
      await pause(RETRY_MS);
    }
  })();
  return {
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

/** A second process can have the lock only after the session that had it is gone. */
function tenureOf(pid: number): Tenure {
  const [space, key] = lockKey(LOCK);
  return {
    check: async (db) => {
      const { rows } = await sql`
        select 1 from pg_locks
        where locktype = 'advisory' and classid = ${space} and objid = ${key} and objsubid = 2 and pid = ${pid} and granted
          and database = (select oid from pg_database where datname = current_database())`.execute(db);
      if (rows.length === 0) throw new Error('Another process does the background work now.');
    },
  };
}
