import { callsCounted } from './money.ts';
import { answersRight, balanced, evidenceWhole, quarantined, recovers } from './rest.ts';
import type { Check, SessionFacts, Violation } from './rules.ts';
import { changesKept, insertedOnce, nothingMissing, nothingTwice } from './spans.ts';

const CHECKS: readonly Check[] = [
  nothingMissing,
  nothingTwice,
  insertedOnce,
  callsCounted,
  evidenceWhole,
  quarantined,
  changesKept,
  answersRight,
  balanced,
  recovers,
];

export function checkSession(facts: SessionFacts): readonly Violation[] {
  return CHECKS.flatMap((check) => check(facts));
}
