import { setTimeout as pause } from 'node:timers/promises';
import type { NotificationRow } from '../state/incident-tables.ts';
import { repeat } from '../state/repeat.ts';
import { type DeliveryDeps, type DeliveryOptions, deliver } from './deliver.ts';
import { dueNotifications } from './due.ts';

export interface NotifierOptions extends Omit<DeliveryOptions, 'signal'> {
  readonly intervalMs: number;
  /** Attempts at the same time. */
  readonly most?: number;
  readonly most_of_workflow?: number;
  /** How long a notification rests whose attempt could not be written down: the receiver may have it already. */
  readonly rest_ms?: number;
}

/**
 * Delivers what is in the outbox of incident paths. One notifier a control state: the caller holds the lock of its
 * directory.
 */
export function startNotifier(
  deps: DeliveryDeps,
  { intervalMs, most = 8, most_of_workflow = 2, rest_ms = 30_000, ...options }: NotifierOptions,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const under_way = new Map<NotificationRow, Promise<void>>();
  const begin = async (): Promise<void> => {
    const bounds = { without: [...under_way.keys()], most: most - under_way.size, most_of_workflow };
    for (const row of await dueNotifications(deps.control, deps.clock(), bounds)) {
      if (stopping.signal.aborted) return;
      const attempt = deliver(deps, row, { ...options, signal: stopping.signal })
        .catch(async (error: unknown) => {
          const { notification_id } = row;
          deps.logger.error({ err: error, notification_id }, 'a delivery broke off; it will be tried again');
          await pause(rest_ms, undefined, { signal: stopping.signal }).catch(() => undefined);
        })
        .finally(() => under_way.delete(row));
      under_way.set(row, attempt);
    }
  };
  const ticks = repeat(begin, intervalMs, deps.logger, 'delivery of notifications');
  return {
    stop: async () => {
      stopping.abort();
      await ticks.stop();
      await Promise.all(under_way.values());
    },
  };
}
