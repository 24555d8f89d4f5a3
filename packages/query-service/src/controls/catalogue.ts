import { approvalMatches } from './approval-matches.ts';
import { breakGlassUsed } from './break-glass-used.ts';
import { budgetBreach } from './budget-breach.ts';
import { budgetWarning } from './budget-warning.ts';
import type { Control } from './control.ts';
import { dataAllowed } from './data-allowed.ts';
import { escalationNoted } from './escalation-noted.ts';
import { evidenceChainWhole } from './evidence-chain-whole.ts';
import { finalStatusPresent } from './final-status-present.ts';
import { forgedServiceClaims } from './forged-service-claims.ts';
import { incidentPathReached } from './incident-path-reached.ts';
import { logFieldsPresent } from './log-fields-present.ts';
import { modelCallPriced } from './model-call-priced.ts';
import { ownerNamed } from './owner-named.ts';
import { policyCurrent } from './policy-current.ts';
import { policyRegistered } from './policy-registered.ts';
import { refusedActions } from './refused-actions.ts';
import { rollbackNotePresent } from './rollback-note-present.ts';
import { rollupsAgree } from './rollups-agree.ts';
import { runJudged } from './run-judged.ts';
import { runRegistered } from './run-registered.ts';
import { scopeHeld } from './scope-held.ts';
import { spanUnchanged } from './span-unchanged.ts';
import { toolListed } from './tool-listed.ts';
import { unreviewedSample } from './unreviewed-sample.ts';

/** What they judge belongs to no run: no run is touched when it changes. */
export const OF_NO_RUN: readonly Control[] = [rollupsAgree];

/** What evaluation finds of itself. */
const OF_EVALUATION: readonly Control[] = [runJudged];

/** What they find is found in the rows of runs; those of each class first. */
export const OF_RUNS: readonly Control[] = [
  ownerNamed,
  runRegistered,
  policyRegistered,
  policyCurrent,
  toolListed,
  dataAllowed,
  finalStatusPresent,
  modelCallPriced,
  evidenceChainWhole,
  spanUnchanged,
  refusedActions,
  escalationNoted,
  logFieldsPresent,
  scopeHeld,
  rollbackNotePresent,
  unreviewedSample,
  approvalMatches,
  forgedServiceClaims,
  budgetBreach,
  budgetWarning,
  breakGlassUsed,
  incidentPathReached,
];

export const CONTROLS: readonly Control[] = [...OF_RUNS, ...OF_NO_RUN, ...OF_EVALUATION];
