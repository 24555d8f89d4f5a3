import { compareUsd, type Usd } from '../money.ts';
import type { ActionClass, Verdict } from '../words.ts';
import { raiseByHints, type ToolHints } from './classify.ts';
import type { Reason } from './reasons.ts';
import type { AllowedTool, Requirements } from './requirements.ts';
import { checkScope } from './scope.ts';

/** One tool call, and what is known of its run and of the service at this moment. */
export interface DecisionRequest {
  readonly tool: string;
  /** The arguments, parsed back from canonical JSON; undefined says that they were not I-JSON. */
  readonly arguments: unknown;
  /** Data sources that the code of the tool says it reads, besides those of the workflow file. */
  readonly reads?: readonly string[] | undefined;
  readonly hints?: ToolHints | undefined;
  /** The rollback note for this very call, filled from its arguments. */
  readonly rollback_note?: string | undefined;
  readonly run: {
    readonly spent_usd: Usd;
    readonly denials: number;
    readonly errors: number;
    readonly suspended: boolean;
  };
  /** `unreachable`: no heartbeat within a second. */
  readonly service: 'reachable' | 'unreachable';
}

export interface Decision {
  readonly verdict: Verdict;
  readonly reason: Reason;
  /** Null where the tool is not listed, so that it has no class. */
  readonly action_class: ActionClass | null;
  readonly action: string | null;
  /** The argument or field that the reason is about, and what was expected of it. */
  readonly field?: string;
  readonly expected?: string;
}

/**
 * Policy's answer to one tool call. Pure and total: whatever goes wrong inside is a `deny` with reason `policy_error`,
 * because a policy that cannot be evaluated must not let anything through (invariant 3).
 */
export function decide(policy: Requirements, request: DecisionRequest): Decision {
  try {
    return decideUnsafe(policy, request);
  } catch {
    return { verdict: 'deny', reason: 'policy_error', action_class: null, action: null };
  }
}

function decideUnsafe(policy: Requirements, request: DecisionRequest): Decision {
  const tool = policy.allowed_tools.find((allowed) => allowed.tool === request.tool);
  if (policy.blocked_tools.includes(request.tool)) return deny(undefined, null, 'tool_blocked');
  if (tool === undefined) return deny(undefined, null, 'tool_not_listed');
  const actionClass = raiseByHints(tool.action_class, request.hints);
  const refusal = runRefusal(policy, request) ?? callRefusal(policy, tool, actionClass, request);
  if (refusal !== undefined) return deny(tool, actionClass, refusal.reason, refusal);
  if (actionClass === 3) return answer(tool, 3, 'require_approval', 'approval_required');
  return answer(tool, actionClass, 'allow', actionClass === 1 ? 'class_1_allowed' : 'within_scope');
}

type Refusal = { readonly reason: Reason; readonly field?: string; readonly expected?: string };

/** Why nothing of this run may go on, whatever the tool. */
function runRefusal(policy: Requirements, { run }: DecisionRequest): Refusal | undefined {
  if (run.suspended) return { reason: 'workflow_suspended' };
  const { denials, errors, spend_usd: spend } = policy.stops_when;
  if (run.denials >= denials) return stopped('denials', `fewer than ${denials} denials`);
  if (run.errors >= errors) return stopped('errors', `fewer than ${errors} errors`);
  // Before the budget: where both are met, the stop condition is what may suspend the workflow.
  if (spend !== undefined && compareUsd(run.spent_usd, spend) >= 0)
    return stopped('spend_usd', `less than ${spend} USD spent`);
  const limit = policy.budget_limit.per_run;
  if (limit !== undefined && compareUsd(run.spent_usd, limit) >= 0)
    return { reason: 'over_budget', field: 'budget.per_run', expected: `less than ${limit} USD spent` };
  return undefined;
}

function stopped(condition: 'denials' | 'errors' | 'spend_usd', expected: string): Refusal {
  return { reason: 'stop_condition', field: `stops_when.${condition}`, expected };
}

/** Why this call may not go on, in the order in which a person would want to hear it. */
function callRefusal(
  policy: Requirements,
  tool: AllowedTool,
  actionClass: ActionClass,
  request: DecisionRequest,
): Refusal | undefined {
  const forbidden = [...tool.reads, ...(request.reads ?? [])].find((source) => !policy.data.includes(source));
  if (forbidden !== undefined)
    return { reason: 'data_not_allowed', field: forbidden, expected: `one of ${policy.data.join(', ')}` };
  if (request.arguments === undefined) return { reason: 'arguments_not_i_json' };
  if (tool.scope !== undefined) {
    const violation = checkScope(tool.scope, request.arguments);
    if (violation !== undefined) return { reason: 'out_of_scope', ...violation };
  }
  if (
    request.service === 'unreachable' &&
    (actionClass > 1 || policy.when_service_unreachable !== 'allow_class_1')
  )
    return { reason: 'service_unreachable' };
  if (actionClass === 1) return undefined;
  if (tool.scope === undefined)
    return { reason: 'out_of_scope', field: '(scope)', expected: 'a scope for a tool of class 2 or 3' };
  if (request.rollback_note === undefined || request.rollback_note.trim() === '')
    return { reason: 'rollback_note_missing' };
  if (actionClass === 3 && !policy.approval_gates.some((gate) => gate.tool === tool.tool))
    return { reason: 'approval_rule_missing' };
  return undefined;
}

function deny(
  tool: AllowedTool | undefined,
  actionClass: ActionClass | null,
  reason: Reason,
  about: Partial<Refusal> = {},
): Decision {
  const { field, expected } = about;
  return {
    verdict: 'deny',
    reason,
    action_class: actionClass,
    action: tool?.action ?? null,
    ...(field === undefined ? {} : { field }),
    ...(expected === undefined ? {} : { expected }),
  };
}

function answer(tool: AllowedTool, actionClass: ActionClass, verdict: Verdict, reason: Reason): Decision {
  return { verdict, reason, action_class: actionClass, action: tool.action };
}
