import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { inTurn } from '../turns.ts';
import { endSession, openSession, sessionConfig } from './connections.ts';

/** Tells our advisory locks from those of others in the same database. */
const SPACE = 1_953_460_322;

/** Two numbers, as advisory locks are named: never negative, as `pg_locks` shows them. */
export const lockKey = (name: string): readonly [number, number] => [
  SPACE,
  createHash('sha256').update(name).digest().readUInt32BE() >>> 1,
];

export async function tryLock(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', [
    ...lockKey(name),
  ]);
  return rows[0]?.got === true;
}

const RETRY_MS = 100;

/**
 * Asked again and again: a session that waits in the server would go on to wait after its process has ended.
 * @param waits called once, where another process has the lock
 */
async function lock(client: Client, name: string, waits = () => {}): Promise<void> {
  if (await tryLock(client, name)) return;
  waits();
  do await sleep(RETRY_MS);
  while (!(await tryLock(client, name)));
}

/**
 * Does some work while no other process does work of this name on this database. The lock is the session's: where the process
 * ends, however it ends, the next one has it.
 * @param waits called once, where the work has to wait for another process
 */
export async function withDatabaseLock<T>(
  database_url: string,
  name: string,
  work: () => Promise<T>,
  waits?: () => void,
): Promise<T> {
  const client = await openSession(sessionConfig(database_url, { name: `lock ${name}` }));
  try {
    await lock(client, name, waits);
    return await work();
  } finally {
    await endSession(client);
  }
}

/** The same for work that comes again and again: its session is kept. */
export class DatabaseLocks {
  readonly #database_url: string;
  readonly #sessions = new Map<string, Client>();
  readonly #inTurn = inTurn();

  constructor(database_url: string) {
    this.#database_url = database_url;
  }

  readonly exclusively = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    this.#inTurn(name, async () => {
      const client = await this.#session(name);
      await lock(client, name);
      try {
        return await work();
      } finally {
        await client
          .query('select pg_advisory_unlock($1, $2)', [...lockKey(name)])
          .catch(() => this.#forget(name, client));
      }
    });

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map(([name, client]) => this.#forget(name, client)));
  }

  async #session(name: string): Promise<Client> {
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    const config = sessionConfig(this.#database_url, { name: `lock ${name}` });
    const client = await openSession(config, (ended) => void this.#forget(name, ended));
    this.#sessions.set(name, client);
    return client;
  }

  async #forget(name: string, client: Client): Promise<void> {
    if (this.#sessions.get(name) === client) this.#sessions.delete(name);
    await endSession(client);
  }
}
