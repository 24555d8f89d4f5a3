/** Why a verdict came out as it did, for machines; the text is what a person, and the agent's model, is told. */
export const REASONS = {
  class_1_allowed: 'a class-1 action of a listed tool',
  within_scope: 'a class-2 action within its scope, with a rollback note',
  approval_required: 'a class-3 action needs the approval of a named person',
  approval_granted: 'a named person approved exactly this call',
  break_glass: 'a named person broke glass for exactly this call',
  tool_not_listed: 'the workflow does not list this tool',
  tool_blocked: 'the workflow blocks this tool by name',
  data_not_allowed: 'the tool reads data that the workflow may not read',
  arguments_not_i_json: 'the arguments are not I-JSON, so nobody can say what would be executed',
  out_of_scope: 'an argument is outside the scope of the tool',
  rollback_note_missing: 'there is no rollback note for this call',
  approval_rule_missing: 'the call is of class 3, and the workflow names no approvers for the tool',
  over_budget: 'the run has reached its budget limit',
  stop_condition: 'a stop condition of the workflow is met',
  workflow_suspended: 'the workflow is suspended, by a person or by a stop condition',
  service_unreachable: 'the service gave no sign of life within a second',
  evidence_unavailable: 'the evidence of this call could not be made durable',
  approval_refused: 'the approver refused',
  approval_expired: 'nobody decided in time',
  approval_withdrawn: 'the request was withdrawn',
  grant_unusable: 'the grant could not be consumed for this call',
  already_dispatched: 'this call was dispatched before, and its result was never seen',
  policy_error: 'policy could not be evaluated',
  policy_superseded: 'the owner of the workflow has registered another policy version',
  run_sealed: 'the run has ended',
} as const;

export type Reason = keyof typeof REASONS;
export const REASON_CODES = Object.keys(REASONS) as readonly Reason[];

/** Reasons that say that the run cannot go on at all; they do not count towards its denials. */
export const NOT_A_DENIAL: readonly Reason[] = [
  'run_sealed',
  'stop_condition',
  'over_budget',
  'workflow_suspended',
  'already_dispatched',
];
