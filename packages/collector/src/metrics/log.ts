import { Gauge, type Registry } from 'prom-client';
import type { BodyLog } from '../log/body-log.ts';

/** Registers what an open log is asked for at each scrape. */
export function registerLog(registry: Registry, log: BodyLog): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `tollgate_collector_log_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('bytes', 'Bytes of the log on disk', () => log.bytes);
  gauge('segments', 'Files of the log', () => log.segments);
  gauge('healthy', '1 unless the last write failed', () => (log.healthy ? 1 : 0));
  gauge('oldest_unstored_seconds', 'Age of the oldest body that is not stored yet', () =>
    Math.max(0, (Date.now() - (log.oldestUndoneMs ?? Date.now())) / 1000),
  );
}
