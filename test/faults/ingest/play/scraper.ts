import { setTimeout as sleep } from 'node:timers/promises';
import type { CollectorName } from '../plan/strikes.ts';
import type { CollectorAtRisk } from './collector-at-risk.ts';

/** Spans, as `/metrics` counts them since its process began. */
export interface Balance {
  readonly accepted: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly quarantined: number;
  readonly inLog: number;
}

export interface Scrape extends Balance {
  readonly collector: CollectorName;
  readonly life: number;
}

const EVERY_MS = 150;

/** Reads `/metrics` of a collector again and again while it lives. Only the scrapes that do not add up are kept. */
export class Scraper {
  scrapes = 0;
  last: Scrape | undefined;
  readonly unbalanced: Scrape[] = [];
  private readonly collector: CollectorAtRisk;
  private scraping = true;

  constructor(collector: CollectorAtRisk) {
    this.collector = collector;
  }

  async run(): Promise<void> {
    for (; this.scraping; await sleep(EVERY_MS)) await this.scrape();
  }

  stop(): void {
    this.scraping = false;
  }

  /** @returns undefined where nobody answers, as between death and restart */
  async scrape(): Promise<Scrape | undefined> {
    const { name, life, url } = this.collector;
    const text = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => response.text(),
      () => undefined,
    );
    // A process that died in between may have answered for the one after it.
    if (text === undefined || life !== this.collector.life) return undefined;
    this.scrapes += 1;
    const scrape = { collector: name, life, ...balanceOf(text) };
    const { accepted, stored, duplicate, quarantined, inLog } = scrape;
    if (accepted !== stored + duplicate + quarantined + inLog) this.unbalanced.push(scrape);
    this.last = scrape;
    return scrape;
  }
}

export function balanceOf(text: string): Balance {
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^tollgate_collector_${name}(?:\\{[^}]*\\})? (\\d+)$`, 'gm'))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    );
  return {
    accepted: sum('spans_accepted_total'),
    stored: sum('spans_stored_total'),
    duplicate: sum('spans_duplicate_total'),
    quarantined: sum('spans_quarantined_total'),
    inLog: sum('log_spans'),
  };
}
