import type { Kysely, Transaction } from 'kysely';
import type { Logger } from 'pino';
import type { ControlState } from './change.ts';
import type { ControlTables } from './tables.ts';

/** The database under a control state: what SQLite and PostgreSQL do differently. */
export interface StateEngine extends Pick<ControlState, 'db' | 'clock' | 'exclusively' | 'scrub' | 'close'> {
  /** Changes alone go through this one. */
  readonly writable: Kysely<ControlTables>;
  /** Begins a change, inside its transaction, when no other process has one open; gives the time of the change. */
  takeTurn(db: Transaction<ControlTables>): Promise<bigint>;
  /** Has other processes told of these topics, once the transaction is durable. */
  tell(db: Transaction<ControlTables>, topics: ReadonlySet<string>): Promise<void>;
  /** Begins to listen to what other processes tell; undefined is heard where some of it may have been missed. */
  hear(heard: (topic: string | undefined) => void): Promise<void>;
  /** Calls back when this process comes to be the one that does background work. */
  lead(begin: (tenure: Tenure) => Stoppable, logger: Logger): Stoppable;
}

export interface Stoppable {
  stop(): Promise<void>;
}

/** The time in which one process does the background work. */
export interface Tenure {
  /** Inside a change: @throws Error where another process may have taken over. Undefined where none can. */
  readonly check?: ((db: Transaction<ControlTables>) => Promise<void>) | undefined;
}
