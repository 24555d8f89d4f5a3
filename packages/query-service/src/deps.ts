import type { ClickHouseClient } from '@clickhouse/client';
import type { Logger } from 'pino';
import type { ControlState } from './state/control-state.ts';

/** What the evidence store is to this service: one client to read with, one that alone may insert into service tables. */
export interface Store {
  readonly reader: ClickHouseClient;
  readonly service: ClickHouseClient;
}

/** The service's clock, in nanoseconds since 1970, UTC. It alone says what was before and what after. */
export type Clock = () => bigint;

export interface Settings {
  /** Origins and hosts that a browser may come from; loopback names are always among them. */
  readonly hosts: readonly string[];
  readonly session_seconds: number;
  /** Requests with a longer body are refused. */
  readonly max_body_bytes: number;
  /** Open long polls, over all approvals. */
  readonly max_waiters: number;
}

/** What every handler gets. Built once by `createQueryService`. */
export interface Deps {
  readonly store: Store;
  readonly control: ControlState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: Settings;
}
