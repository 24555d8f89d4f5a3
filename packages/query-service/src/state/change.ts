import { type ChainedRecord, type RecordFields, type ServiceKind, TollgateError } from '@tollgate/contract';
import type { Kysely, Transaction } from 'kysely';
import type { Logger } from 'pino';
import type { Clock } from '../deps.ts';
import type { ServiceEvent } from '../events/event.ts';
import type { Stoppable } from './engine.ts';
import type { Signals } from './signals.ts';
import type { ControlTables } from './tables.ts';

/** The run whose chain a record goes to, with what each record of it carries. */
export interface RecordScope {
  readonly run_id: string;
  readonly workflow: string;
  readonly policy_version: string;
  readonly owner: string;
  readonly team: string;
}

/** One fact by the service; the scope, the time and the chain are added. */
export type ServiceFact = Omit<RecordFields, keyof RecordScope | 'kind' | 'time'> & {
  readonly kind: ServiceKind;
};

/** A row of a service table of ClickHouse, by column. */
export type StoreRow = Readonly<Record<string, unknown>>;

/** One transaction on the control state. Everything in it commits together or not at all. */
export interface Change {
  readonly db: Transaction<ControlTables>;
  /** The transaction's time: nanoseconds since 1970. */
  readonly now: bigint;
  /** Appends a record to the service's chain of that run, and puts it on its way to ClickHouse. */
  record(scope: RecordScope, fact: ServiceFact): Promise<ChainedRecord>;
  /** Puts one row on its way to a service table of ClickHouse. */
  row(table: string, row: StoreRow): Promise<void>;
  /** Tells those who watch what changed, once it is durable. Rows of service tables tell it by themselves (`eventOfRow`). */
  event(event: ServiceEvent): Promise<void>;
  /** Wakes those who wait for this topic once the change is durable, and never if it is rolled back. */
  announce(topic: string): void;
}

/** What may happen next: live approvals, registrations, people, keys. Small, transactional, durable. */
export interface ControlState {
  /** For reading only: the database refuses writes here, because each change has to leave evidence. */
  readonly db: Kysely<ControlTables>;
  /** The clock that says what was before and what after; the same one for every process that shares the state. */
  readonly clock: Clock;
  /** The service's writer id: a UUID, the same for the life of this installation. */
  readonly writer: string;
  /** Who waits for what; topics are such as `approval:<id>`. */
  readonly signals: Signals;
  /** Runs one change, serialised with every other. A throw rolls it back. Do not use `db` of the outer state inside. */
  change<T>(work: (change: Change) => Promise<T>): Promise<T>;
  /** Does some work while no other work of this name goes on, in any process that shares the state. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  /**
   * Calls `begin` when this process comes to do the background work, and ends it when another one does. Changes that are made
   * through the state that `begin` gets fail from then on.
   */
  lead(begin: (control: ControlState) => Stoppable, logger: Logger): Stoppable;
  /** Whether this process does the background work now. */
  leads(): boolean;
  /** Leaves nothing of what was overwritten in the files: what was erased is gone from the disk, not for readers alone. */
  scrub(): Promise<void>;
  /** Calls back after each commit that put rows into the outbox; gives back how to stop. */
  onOutbox(listener: () => void): () => void;
  close(): Promise<void>;
}

/**
 * As `control.change`, but a TollgateError that `work` returns (not throws) is thrown after the commit: what recorded
 * the refusal stays.
 */
export async function changeOrRefuse<T>(
  control: Pick<ControlState, 'change'>,
  work: (change: Change) => Promise<T | TollgateError>,
): Promise<T> {
  const outcome = await control.change(work);
  if (outcome instanceof TollgateError) throw outcome;
  return outcome;
}
