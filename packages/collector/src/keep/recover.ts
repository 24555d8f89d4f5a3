import type { Backlog } from '../batch/backlog.ts';
import type { FairBudget } from '../http/fair-budget.ts';
import type { Ledger } from '../ledger.ts';
import type { FoundBad } from '../log/open-segments.ts';
import type { Recovered } from '../log/recovery.ts';
import type { Logger } from '../logger.ts';
import type { CollectorMetrics } from '../metrics.ts';

export interface RecoveryParts {
  readonly budget: FairBudget;
  readonly ledger: Ledger;
  readonly backlog: Backlog;
  /** Called with what senders were told of the newest bodies. */
  readonly remember: (token: string, answer: Answered) => void;
}

export interface Answered {
  readonly kind: 'kept';
  readonly id: number;
  readonly spans: number;
  readonly rejected: number;
  readonly message: string;
}

/** Goes on where the process before this one ended. */
export function goOn(recovered: Recovered, { budget, ledger, backlog, remember }: RecoveryParts): void {
  for (const [principal, bytes] of recovered.undone.held) budget.force(principal, bytes);
  ledger.recovered(recovered.undone.spans);
  for (const { id, token, spans, message, rejected: reasons } of recovered.recent) {
    const rejected = reasons.reduce((sum, [, count]) => sum + count, 0);
    remember(token, { kind: 'kept', id, spans, rejected, message });
  }
  for (const batch of recovered.batches) backlog.addBatch(batch);
  backlog.add(recovered.unbatched);
}

/** Bytes of the log that were not whole are never passed over in silence. */
export function reportBad(bad: readonly FoundBad[], logger: Logger, metrics: CollectorMetrics): void {
  for (const { kind, segment, offset, end, keptAt } of bad) {
    const details = { segment, offset, bytes: end - offset, keptAt };
    metrics.badBytes(kind, end - offset);
    if (kind === 'torn')
      logger.warn(details, 'the log ended in a torn write, which nobody was told is durable');
    else logger.error(details, 'a stretch of the log is damaged: what it held is not stored');
  }
}
