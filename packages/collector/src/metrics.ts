import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RefusalReason } from './http/refusals.ts';
import type { Ledger } from './ledger.ts';
import type { BodyLog } from './log/body-log.ts';
import type { GroupEnd } from './log/log-writer.ts';
import { registerBalance } from './metrics/balance.ts';
import { registerLog } from './metrics/log.ts';

/** What the collector counts, beside the ledger. */
export interface CollectorMetrics {
  refused(reason: RefusalReason): void;
  insertEnded(seconds: number, result: string): void;
  /** The log has written and synced a group of entries, or has not. */
  groupEnded(group: GroupEnd): void;
  /** Spans that were left to the log alone, since they could not be inserted as fast as they came. */
  spilled(spans: number): void;
  /** Spans that were decoded from the log again. */
  replayed(spans: number): void;
  /** Bytes of the log that were not whole. */
  badBytes(kind: 'torn' | 'damaged', bytes: number): void;
  watchLog(log: BodyLog): void;
  readonly registry: Registry;
}

/**
 * @param ledger read when metrics are scraped, all of it in one step
 * @param inFlightBytes the same
 */
export function createMetrics(ledger: Ledger, inFlightBytes: () => number): CollectorMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `tollgate_collector_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string) =>
    new Histogram({ name: `tollgate_collector_${name}`, help, labelNames: ['result'], registers });
  registerBalance(registry, ledger);
  const refusals = counter('requests_refused_total', 'Requests refused, by reason', ['reason']);
  const inserts = histogram('insert_seconds', 'Time of one insert, until synced, by result');
  const groups = histogram('log_sync_seconds', 'Time to write and sync one group of bodies, by result');
  const spills = counter(
    'log_spilled_spans_total',
    'Spans left to the log alone, as inserts could not follow',
  );
  const replays = counter('log_replayed_spans_total', 'Spans decoded from the log again');
  const bad = counter('log_bad_bytes_total', 'Bytes of the log that were not whole, by kind', ['kind']);
  new Gauge({
    name: 'tollgate_collector_in_flight_bytes',
    help: 'Bytes, sent and unpacked, of requests being read, decoded or logged',
    registers,
    collect() {
      this.set(inFlightBytes());
    },
  });
  return {
    registry,
    refused: (reason) => refusals.inc({ reason }),
    insertEnded: (seconds, result) => inserts.observe({ result }, seconds),
    groupEnded: ({ result, seconds }) => groups.observe({ result }, seconds),
    spilled: (spans) => spills.inc(spans),
    replayed: (spans) => replays.inc(spans),
    badBytes: (kind, bytes) => bad.inc({ kind }, bytes),
    watchLog: (log) => registerLog(registry, log),
  };
}
