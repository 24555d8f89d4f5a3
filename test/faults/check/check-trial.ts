import type { LaneEnd } from '../lane/lane.ts';
import type { TrialFacts } from '../lane/trial-facts.ts';
import { approvalOnce, callOnce, intentFirst, liveApproval, outcomeTold, wantedOnce } from './effects.ts';
import { chainWhole, grantAccounted, nothingLost, refusalRecorded } from './evidence.ts';
import { Ledger } from './ledger.ts';
import { runEnds, serviceRemembers } from './service.ts';
import type { Check, Violation } from './violation.ts';

const CHECKS: readonly Check[] = [
  liveApproval,
  approvalOnce,
  callOnce,
  wantedOnce,
  intentFirst,
  outcomeTold,
  refusalRecorded,
  grantAccounted,
  nothingLost,
  chainWhole,
  serviceRemembers,
  runEnds,
];

/** Everything that is wrong with a trial. */
export function checkTrial(facts: TrialFacts): readonly Violation[] {
  const ledger = new Ledger(facts);
  return CHECKS.flatMap((check) => check(ledger, facts)).map((one) => ({ ...one, trial: facts.trial.id }));
}

/** What shows only when a lane has ended. Not of one trial, so its number is 0. */
export function checkEnd(end: LaneEnd): readonly Violation[] {
  const { leftSpools, unsent, rejected, foreign, integrity } = end;
  const flaws = [
    ...leftSpools.map((name) => `nobody emptied ${name} of the outbox`),
    ...(unsent > 0 ? [`${unsent} records were never sent`] : []),
    ...(rejected > 0 ? [`the collector refused ${rejected} records`] : []),
    ...(foreign > 0 ? [`${foreign} spans arrived that are no evidence`] : []),
  ].map((what): Violation => ({ rule: 'nothing_lost', trial: 0, what }));
  if (integrity === 'ok') return flaws;
  return [
    ...flaws,
    { rule: 'service_remembers', trial: 0, what: `the control state is damaged: ${integrity}` },
  ];
}
