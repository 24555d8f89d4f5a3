import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Client } from 'pg';
import { endSession, openSession, sessionConfig } from './connections.ts';

const CHANNEL = 'tollgate';
const RETRY_MS = 500;
const HEARTBEAT_MS = 10_000;

/**
 * Topics between processes. PostgreSQL sends a notification when its transaction commits, and never if it does not. What is told
 * while nobody listens is lost, so whoever listens anew hears that something may have been missed.
 */
export class Notifications {
  readonly #database_url: string;
  /** What this process told, it knows. */
  readonly #self = randomUUID();
  readonly #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(database_url: string) {
    this.#database_url = database_url;
  }

  async tell<T>(db: Kysely<T>, topics: ReadonlySet<string>): Promise<void> {
    if (topics.size === 0) return;
    const told = [...topics].map((topic) => `${this.#self} ${topic}`);
    await sql`select pg_notify(${CHANNEL}, told) from unnest(${sql.val(told)}::text[]) as told`.execute(db);
  }

  /** Listens from now on, until `close`. @throws where the first connection cannot be made */
  async hear(heard: (topic: string | undefined) => void): Promise<void> {
    const first = await this.#listen(heard);
    this.#running = this.#keepListening(first, heard);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #keepListening(first: Listening, heard: (topic: string | undefined) => void): Promise<void> {
    let listening: Listening | undefined = first;
    while (!this.#ended.signal.aborted) {
      await listening?.over;
      if (this.#ended.signal.aborted) return;
      await sleep(RETRY_MS, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      listening = await this.#listen(heard).catch(() => undefined);
      if (listening !== undefined) heard(undefined);
    }
    if (listening !== undefined) await endSession(listening.client);
  }

  async #listen(heard: (topic: string | undefined) => void): Promise<Listening> {
    const over = Promise.withResolvers<void>();
    const config = sessionConfig(this.#database_url, { name: 'listener' });
    const client = await openSession({ ...config, query_timeout: HEARTBEAT_MS }, () => over.resolve());
    client.on('notification', ({ payload = '' }) => {
      const [teller, topic] = payload.split(' ', 2);
      if (teller !== this.#self && topic !== undefined) heard(topic);
    });
    await client.query(`listen ${CHANNEL}`);
    const end = () => {
      clearInterval(heartbeat);
      over.resolve();
      void endSession(client);
    };
    const heartbeat = setInterval(() => void client.query('select 1').catch(end), HEARTBEAT_MS).unref();
    this.#ended.signal.addEventListener('abort', end, { once: true });
    void over.promise.then(() => {
      clearInterval(heartbeat);
      this.#ended.signal.removeEventListener('abort', end);
    });
    return { client, over: over.promise };
  }
}

interface Listening {
  readonly client: Client;
  /** Resolves when the connection has ended. */
  readonly over: Promise<void>;
}
