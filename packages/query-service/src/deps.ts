import type { ClickHouseClient } from '@clickhouse/client';
import type { Disposal } from '@tollgate/clickhouse';
import type { Logger } from 'pino';
import type { RateLimitSettings } from './http/rate-limits.ts';
import type { SingleSignOn } from './sign-on/sign-on-settings.ts';
import type { ControlState } from './state/change.ts';

/** What the evidence store is to this service: one client to read with, one that alone may insert into service tables. */
export interface Store {
  readonly reader: ClickHouseClient;
  readonly service: ClickHouseClient;
  /** What takes rows away. Without it nothing is erased, and what a lifted hold kept stays. */
  readonly disposal?: Disposal | undefined;
}

/** A place beside store and control state where content lies, e.g. a collector's log. */
export interface ContentPlace {
  readonly name: string;
  /** Erases what these runs left there; says in figures what it did, and what it could not do. May be called again. */
  erase(run_ids: readonly string[]): Promise<Readonly<Record<string, number>>>;
}

/** The service's clock, in nanoseconds since 1970, UTC. It alone says what was before and what after. */
export type Clock = () => bigint;

export interface Settings {
  readonly rate_limits: RateLimitSettings;
  /** An event stream ends after this long, and its client connects again: so nobody holds on to one instance for good. */
  readonly stream_seconds: number;
  /** Set where whoever reaches the service may read `/metrics`, e.g. in a network of its own. */
  readonly open_metrics: boolean;
  /** Origins and hosts that a browser may come from; loopback names are always among them. */
  readonly hosts: readonly string[];
  readonly session_seconds: number;
  /** Set where the service is reached over TLS. */
  readonly secure_cookies: boolean;
  /** Requests with a longer body are refused. */
  readonly max_body_bytes: number;
  /** Approvals of one workflow that may wait at the same time. */
  readonly max_waiting_approvals: number;
  /** How long a budget lease lives after its process was last heard of. */
  readonly lease_seconds: number;
  /** For how many days rows of spans, records and calls are kept; an older day's rollup stands as it is. */
  readonly evidence_days: number;
  /** Set where notifications of incidents may go to addresses of private networks and of this machine. */
  readonly private_webhooks: boolean;
  /** Where people sign in by a provider of their organisation. */
  readonly single_sign_on?: SingleSignOn | undefined;
  /** Where people reach the console, e.g. `https://tollgate.example.com`: links in notifications begin with it. */
  readonly console_url: string;
}

/** What every handler gets. Built once by `createQueryService`. */
export interface Deps {
  readonly store: Store;
  readonly control: ControlState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: Settings;
  /** Asked last by each erasure. */
  readonly elsewhere: readonly ContentPlace[];
}
