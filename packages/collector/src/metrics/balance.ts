import { Counter, Gauge, type Registry } from 'prom-client';
import type { Balance, Ledger } from '../ledger.ts';

/**
 * Registers accepted = stored + duplicate + quarantined + in the log. prom-client collects all metrics of a scrape in one
 * step of the event loop, and every one of these reads the ledger in that step, so a scrape never sees half a change.
 */
export function registerBalance(registry: Registry, ledger: Ledger): void {
  const registers = [registry];
  const counter = (name: string, help: string, of: (balance: Balance) => number) =>
    new Counter({
      name: `tollgate_collector_spans_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(of(ledger.balance()));
      },
    });
  counter('accepted', 'Spans acknowledged, and those the log held at the start', ({ accepted }) => accepted);
  counter('recovered', 'Of the accepted: spans the log held at the start', ({ recovered }) => recovered);
  counter('stored', 'Spans stored and synced as spans', ({ stored }) => stored);
  counter('duplicate', 'Spans of bodies that were already kept', ({ duplicate }) => duplicate);
  new Counter({
    name: 'tollgate_collector_spans_quarantined_total',
    help: 'Spans quarantined, by reason',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of ledger.balance().quarantined) this.inc({ reason }, count);
    },
  });
  new Gauge({
    name: 'tollgate_collector_log_spans',
    help: 'Spans acknowledged and durable in the log, not stored yet',
    registers,
    collect() {
      this.set(ledger.balance().inLog);
    },
  });
}
