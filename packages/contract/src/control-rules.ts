import type { ActionClass } from './words.ts';

/** One control rule: what the SDK enforces at the tool call, and what the query service checks over what was stored. */
export interface ControlRule {
  readonly classes: readonly ActionClass[];
  readonly rule: string;
  readonly enforced: string;
  readonly checked: string;
}

/** The control rules of DESIGN.md, section 2. Each is the identity of one control of the query service. */
export const CONTROL_RULES = {
  owner_named: {
    classes: [1, 2, 3],
    rule: 'Every workflow has a named owner.',
    enforced: 'a workflow file without an owner is refused, and a run without one does not start',
    checked: 'every run carries the owner of its registered workflow',
  },
  policy_registered: {
    classes: [1, 2, 3],
    rule: 'Every run follows the policy version that its owner registered.',
    enforced: 'a process with another file than the registered one is refused',
    checked: 'the policy version of every run is registered',
  },
  policy_current: {
    classes: [1, 2, 3],
    rule: 'A run goes by the policy version that is in force.',
    enforced: 'a run registers with the newest version alone, and an approval is bound to it',
    checked: 'nothing was decided by a version that another had replaced for more than a day',
  },
  run_registered: {
    classes: [1, 2, 3],
    rule: 'Every run is registered with the service.',
    enforced:
      'a run starts with a registration, or registers late where the workflow allows class 1 without the service',
    checked: 'no span belongs to a run that the service does not know, or that another key registered',
  },
  tool_listed: {
    classes: [1, 2, 3],
    rule: 'Only listed tools run.',
    enforced: 'an unlisted, blocked or unclassified tool is refused',
    checked: 'no tool was executed that the registered policy does not list',
  },
  data_allowed: {
    classes: [1, 2, 3],
    rule: 'Tools read only the data that the workflow names.',
    enforced: 'a tool that reads other data is refused, in the file and at the gate',
    checked: 'no executed tool declared data outside the workflow',
  },
  log_fields_present: {
    classes: [1, 2, 3],
    rule: 'Input, output, cost and owner of every run are logged.',
    enforced: 'the SDK writes them, and refuses class 2 and 3 where it cannot',
    checked:
      'every ended run has input, output, cost and owner, and every call of class 2 and 3 that was executed its arguments and outcome',
  },
  final_status_present: {
    classes: [1, 2, 3],
    rule: 'Every run ends in exactly one final status.',
    enforced: 'the SDK seals every run that it started',
    checked: 'no run stays unsealed beyond its grace period',
  },
  model_call_priced: {
    classes: [1, 2, 3],
    rule: 'Every model call has a price, or is shown as unpriced.',
    enforced: 'an unpriced model is refused under a budget, unless the cost is reported',
    checked: 'model calls without a price are listed beside every total',
  },
  evidence_chain_whole: {
    classes: [1, 2, 3],
    rule: 'The evidence of a run is whole.',
    enforced: 'records are chained by hash, and durable before anything happens',
    checked: 'no record is missing, changed, doubled or out of order',
  },
  span_unchanged: {
    classes: [1, 2, 3],
    rule: 'What was once sent stays as it was.',
    enforced: 'a span is written once, and never opened again',
    checked: 'no span was stored with two contents, or under two keys',
  },
  forged_service_claims: {
    classes: [1, 2, 3],
    rule: 'Only the service says what the service decided.',
    enforced: 'approvals, registrations and reviews are written by the service alone',
    checked: 'no span claims an approval or a record that only the service may write',
  },
  escalation_noted: {
    classes: [1, 2, 3],
    rule: 'A run that hands over to a person says why, and to whom.',
    enforced: 'an escalation carries its reason and its receiver',
    checked: 'every escalated run has both in its evidence',
  },
  refused_actions: {
    classes: [1, 2, 3],
    rule: 'Refusals are seen by the owner.',
    enforced: 'each refused, blocked or expired call is recorded with its reason',
    checked: 'the owner is told which calls were not executed, and why',
  },
  scope_held: {
    classes: [2, 3],
    rule: 'Arguments stay within the scope of their tool.',
    enforced: 'an argument outside the scope is refused, by field',
    checked: 'nothing ran outside its scope',
  },
  rollback_note_present: {
    classes: [2, 3],
    rule: 'Every change comes with a note on how to undo it.',
    enforced: 'a call without a rollback note is refused',
    checked: 'every executed class-2 and class-3 call has its note',
  },
  unreviewed_sample: {
    classes: [2],
    rule: 'A sample of class-2 actions is reviewed in time.',
    enforced: 'the audit trail of every class-2 action is written, so that any can be drawn',
    checked: 'each drawn sample was reviewed before its due date',
  },
  approval_matches: {
    classes: [3],
    rule: 'A person approved exactly what was executed, before it, once.',
    enforced: 'a class-3 tool runs only on a receipt that consumed the grant',
    checked: 'each execution has a matching, prior, single-use approval by someone other than the initiator',
  },
  budget_breach: {
    classes: [1, 2, 3],
    rule: 'Spend stays within the budget of the workflow.',
    enforced: 'a run at its limit is refused',
    checked: 'spend by run, day and month is within the registered limits',
  },
  budget_warning: {
    classes: [1, 2, 3],
    rule: 'The owner hears early that a budget runs out.',
    enforced: 'the service warns once at each percentage that the workflow names',
    checked: 'each warning stands as a flag until a person has seen it',
  },
  break_glass_used: {
    classes: [3],
    rule: 'Breaking glass is the exception, and is looked into each time.',
    enforced: 'only a person whom the workflow names may do it, with a reason, for exactly one call',
    checked: 'each use stands as a flag until a person has resolved it with a note',
  },
  incident_path_reached: {
    classes: [3],
    rule: 'A breach reaches a person, who answers in time.',
    enforced: 'a class-3 workflow names whom a breach reaches, how, and how soon they answer',
    checked: 'each incident was delivered and acknowledged before its deadline',
  },
  run_judged: {
    classes: [1, 2, 3],
    rule: 'Every run is judged by every control.',
    enforced: 'what fails for one run is tried again, and holds up no other run and no other control',
    checked: 'no control is left that could not judge a run',
  },
  rollups_agree: {
    classes: [1, 2, 3],
    rule: 'Totals of closed days agree with the rows behind them.',
    enforced: 'nothing is added to a total: a day is rebuilt as a whole from its counted calls',
    checked: 'a random sample of closed days is compared with its rows, and rebuilt where it differs',
  },
} as const satisfies Record<string, ControlRule>;

export type ControlName = keyof typeof CONTROL_RULES;
