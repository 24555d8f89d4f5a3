import type { CollectorSetup } from '../../../support/collector-process.ts';

/** Ways in which a collector may be wrong; each has to be found. */
export const SABOTAGES = {
  acknowledges_early: 'answers 200 before anything is kept',
  forgets_bodies: 'answers 200 and keeps nothing, every third time',
  counts_again: 'sends what it was sent once more, as somebody else',
  no_tokens: 'inserts without a deduplication token, and inserts again when it did not hear the answer',
  loses_quarantine: 'throws away what it should quarantine',
  cooks_metrics: 'says that it accepted one span more than it did',
} as const;
export type Sabotage = keyof typeof SABOTAGES;

export interface FaultyCollectorSetup extends CollectorSetup {
  /** A file to which it writes how much of each of its files is synced, each time, before anybody hears of it. */
  readonly syncJournal: string;
  readonly sabotage: readonly Sabotage[];
}

/** One line of the journal. */
export interface Synced {
  readonly path: string;
  /** Bytes from its beginning that are certainly synced. */
  readonly bytes: number;
}

/** Whom `counts_again` speaks for. */
export const OTHER_KEY = 'tgk_other_0123456789abcdef';
