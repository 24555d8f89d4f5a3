import type { Resource } from '@opentelemetry/resources';
import type { Requirements } from '@tollgate/contract';
import type { Outbox } from '../outbox/outbox.ts';
import type { ServiceClient } from '../service/client.ts';
import type { HeartbeatMonitor } from '../service/heartbeat.ts';

/** What all runs of one `start` share. */
export interface GovernedProcess {
  readonly policy: Requirements;
  readonly writer: string;
  readonly client: ServiceClient;
  readonly heartbeat: HeartbeatMonitor;
  readonly outbox: Outbox;
  readonly resource: Resource;
  readonly problem: (message: string) => void;
}
