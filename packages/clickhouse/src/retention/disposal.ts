import type { ClickHouseClient } from '@clickhouse/client';
import { dropReleased } from './drop-released.ts';
import {
  countContent,
  type Erasure,
  type ErasureOptions,
  type ErasureTarget,
  eraseContent,
} from './erase-content.ts';
import type { RetentionDays } from './retention.ts';

/** What may take rows out of the store, and nothing else of what its owner may do: the service gets this and not the owner. */
export interface Disposal {
  erase(target: ErasureTarget, options: ErasureOptions): Promise<Erasure>;
  /** How much `erase` would erase now. */
  count(target: ErasureTarget): Promise<{ readonly spans: number; readonly quarantined: number }>;
  /** Drops what only a hold has kept that is lifted; the number of rows. */
  dropReleased(): Promise<number>;
}

export const disposalOf = (owner: ClickHouseClient, days: RetentionDays): Disposal => ({
  erase: (target, options) => eraseContent(owner, target, options),
  count: (target) => countContent(owner, target),
  dropReleased: () => dropReleased(owner, days),
});
