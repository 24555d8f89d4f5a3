import type { Incoming } from '../../src/batch/incoming.ts';
import { LoggedKeeper, type LoggedParts } from '../../src/keep/logged-keeper.ts';
import { Ledger } from '../../src/ledger.ts';
import { type CollectorLimits, resolveLimits } from '../../src/limits.ts';
import { silentLogger } from '../../src/logger.ts';
import { createMetrics } from '../../src/metrics.ts';
import type { Principal } from '../../src/principal.ts';
import type { Store } from '../../src/store/insert-batch.ts';
import { batchToken } from '../../src/token.ts';
import type { MemoryFiles } from './memory-files.ts';
import { request, span } from './wire.ts';

export interface Kept {
  readonly keeper: LoggedKeeper;
  readonly ledger: Ledger;
  readonly metrics: ReturnType<typeof createMetrics>;
}

/** The collector behind its HTTP face. */
export function openKeeper(
  files: MemoryFiles,
  store: Store,
  limits: CollectorLimits = {},
  more: Partial<LoggedParts> = {},
): Kept {
  const ledger = new Ledger();
  const metrics = createMetrics(ledger, () => 0);
  const keeper = new LoggedKeeper({
    directory: '/log',
    files,
    store,
    ledger,
    limits: resolveLimits(limits),
    metrics,
    logger: silentLogger,
    whenStored: false,
    onRoom: () => undefined,
    ...more,
  });
  return { keeper, ledger, metrics };
}

export const ANY: Principal = { principal: 'platform', team: 'platform', workflows: ['*'] };

/** A body of spans with these names. */
export function bodyOf(names: readonly string[], principal: Principal = ANY): Incoming {
  const sent = request(names.map((name) => span(name)));
  return {
    principal,
    encoding: 'protobuf',
    packing: 'identity',
    sent,
    unpacked: sent,
    token: batchToken(principal, 'application/x-protobuf', sent),
    receivedMs: Date.now(),
  };
}

/** Whether the books balance, whatever happens at this moment. */
export function imbalance({ ledger }: Kept): number {
  const { accepted, stored, duplicate, quarantined, inLog } = ledger.balance();
  const bad = [...quarantined.values()].reduce((sum, count) => sum + count, 0);
  return accepted - stored - duplicate - bad - inLog;
}
