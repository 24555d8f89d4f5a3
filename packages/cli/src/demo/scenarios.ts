import type { Scenario } from './scenario.ts';
import { blockedTool } from './scenarios/engineering-blocked-tool.ts';
import { pullRequest } from './scenarios/engineering-pull-request.ts';
import { scopeViolation } from './scenarios/engineering-scope-violation.ts';
import { deployRolledBack } from './scenarios/ops-deploy-rolled-back.ts';
import { deployWaiting } from './scenarios/ops-deploy-waiting.ts';
import { failingCheck } from './scenarios/ops-failing-check.ts';
import { recurringCheck } from './scenarios/ops-recurring-check.ts';
import { unlistedTool } from './scenarios/ops-unlisted-tool.ts';
import { requirementsWithSources } from './scenarios/product-requirements-with-sources.ts';
import { unpricedModel } from './scenarios/product-unpriced-model.ts';
import { accountResearch } from './scenarios/sales-account-research.ts';
import { followUpExpired } from './scenarios/sales-follow-up-expired.ts';
import { overBudget } from './scenarios/sales-over-budget.ts';
import { escalation } from './scenarios/support-escalation.ts';
import { forbiddenData } from './scenarios/support-forbidden-data.ts';
import { replyApproved } from './scenarios/support-reply-approved.ts';
import { replyRefused } from './scenarios/support-reply-refused.ts';

/** Every run of the demo. Departments work side by side; within one, runs follow each other in this order. */
export const SCENARIOS: readonly Scenario[] = [
  pullRequest,
  blockedTool,
  scopeViolation,
  replyApproved,
  replyRefused,
  forbiddenData,
  escalation,
  requirementsWithSources,
  unpricedModel,
  recurringCheck,
  failingCheck,
  deployRolledBack,
  unlistedTool,
  deployWaiting,
  accountResearch,
  followUpExpired,
  overBudget,
];
