import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RefusalReason } from './http/refusals.ts';

/** The collector's counts. For spans: accepted = stored + duplicate + quarantined, at every moment. */
export interface CollectorMetrics {
  /** A batch was acknowledged for the first time. */
  acknowledged(spans: number, quarantined: readonly (readonly [reason: string, count: number])[]): void;
  /** A batch was acknowledged again without storing it again. */
  repeated(spans: number): void;
  refused(reason: RefusalReason): void;
  insertEnded(seconds: number, result: string): void;
  readonly registry: Registry;
}

/** @param inFlightBytes read when metrics are scraped */
export function createMetrics(inFlightBytes: () => number): CollectorMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const accepted = counter('tollgate_collector_spans_accepted_total', 'Spans acknowledged with 200');
  const stored = counter('tollgate_collector_spans_stored_total', 'Spans stored and synced as spans');
  const duplicate = counter(
    'tollgate_collector_spans_duplicate_total',
    'Spans of bodies known to be stored already',
  );
  const quarantined = counter('tollgate_collector_spans_quarantined_total', 'Spans quarantined, by reason', [
    'reason',
  ]);
  const refusals = counter('tollgate_collector_requests_refused_total', 'Requests refused, by reason', [
    'reason',
  ]);
  const inserts = new Histogram({
    name: 'tollgate_collector_insert_seconds',
    help: 'Time of one insert, until synced, by result',
    labelNames: ['result'],
    registers,
  });
  new Gauge({
    name: 'tollgate_collector_in_flight_bytes',
    help: 'Unpacked bytes of requests being read or stored',
    registers,
    collect() {
      this.set(inFlightBytes());
    },
  });
  return {
    registry,
    acknowledged(spans, reasons) {
      const bad = reasons.reduce((sum, [, count]) => sum + count, 0);
      accepted.inc(spans);
      stored.inc(spans - bad);
      for (const [reason, count] of reasons) quarantined.inc({ reason }, count);
    },
    repeated(spans) {
      accepted.inc(spans);
      duplicate.inc(spans);
    },
    refused: (reason) => refusals.inc({ reason }),
    insertEnded: (seconds, result) => inserts.observe({ result }, seconds),
  };
}
