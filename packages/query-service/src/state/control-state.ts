import type { ChainedRecord, RecordFields, ServiceKind } from '@tollgate/contract';
import type { Kysely, Transaction } from 'kysely';
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

/** A row of a service table of ClickHouse, by column. Nanosecond times as decimal strings. */
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
}

/** What may happen next: live approvals, registrations, people, keys. Small, transactional, durable. */
export interface ControlState {
  /** For reading only: the database refuses writes here, because each change has to leave evidence. */
  readonly db: Kysely<ControlTables>;
  /** Runs one change, serialised with every other. A throw rolls it back. Do not use `db` of the outer state inside. */
  change<T>(work: (change: Change) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
