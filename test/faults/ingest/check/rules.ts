import type { Account } from '../play/account.ts';
import type { Scrape } from '../play/scraper.ts';
import type { Repeat, StoredFacts } from './stored-facts.ts';

/** What must hold, in words; each has a check that looks for the opposite. */
export const RULES = {
  nothing_missing: 'what was acknowledged is in every table where it belongs, with its content',
  nothing_twice: 'nothing is there twice at any read, and nothing that nobody sent',
  inserted_once: 'what was sent once and acknowledged was inserted once',
  calls_counted: 'every model call counts once, with its cost, in each run and in total',
  evidence_whole: 'every evidence record is there once, to the byte',
  quarantined: 'what cannot be stored is in quarantine once, with its reason',
  changes_kept: 'a span that came with other content is there in both versions, and is listed',
  answers_right: 'answers are what clients can act on, and name what was quarantined',
  balance: 'accepted = stored + duplicates + quarantined + in the log, at every scrape',
  recovers: 'collectors come back, accept again and empty their logs, and no person helps',
} as const;
export type Rule = keyof typeof RULES;

export interface Violation {
  readonly rule: Rule;
  readonly what: string;
}

/** What a session knows when it is over. */
export interface SessionFacts {
  readonly account: Pick<Account, 'spans' | 'stories' | 'wrongAnswers' | 'absent'>;
  readonly stored: StoredFacts;
  /** Rows that lay on disk several times at some moment. */
  readonly repeats: readonly Repeat[];
  /** When ClickHouse died, in milliseconds since 1970. */
  readonly deaths: readonly number[];
  /** Traces of which, at some moment, more was counted than they have. */
  readonly overcounted: ReadonlySet<string>;
  readonly unbalanced: readonly Scrape[];
  readonly trouble: readonly string[];
}

/** Says what is wrong. Pure. */
export type Check = (facts: SessionFacts) => readonly Violation[];
