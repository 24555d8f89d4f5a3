import type { TrialFacts } from '../lane/trial-facts.ts';
import type { Ledger } from './ledger.ts';

/** What must hold, in words; each has a check that looks for the opposite. */
export const RULES = {
  live_approval: 'no class-3 effect without an approval of exactly its arguments, given and consumed before',
  approval_once: 'no approval with two effects',
  call_once: 'no call executed twice',
  wanted_once: 'nothing that was wanted once happens twice, under whatever call id',
  intent_first: 'no effect before its intent is in the outbox',
  refusal_recorded: 'every refusal that an agent saw is on record',
  grant_accounted: 'no consumed grant without an effect, an outcome or a refusal on record',
  outcome_told: 'every effect has an outcome on record, and no success is claimed without one',
  nothing_lost: 'every record that was in the outbox arrives',
  chain_whole: 'every chain of every writer is whole',
  service_remembers: 'what the service confirmed it still knows, in its tables and in its own chain',
  run_ends: 'every run is gone on with and sealed, and nobody dies but by a strike',
} as const;
export type Rule = keyof typeof RULES;

export interface Violation {
  readonly rule: Rule;
  readonly trial: number;
  readonly what: string;
}

/** Looks at what is known of one trial, and says what is wrong with it. Pure. */
export type Check = (ledger: Ledger, facts: TrialFacts) => readonly { rule: Rule; what: string }[];
