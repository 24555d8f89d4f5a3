import type { BudgetPeriod, ControlName, RecordKind } from '@tollgate/contract';

/** What records, controls and limits are called on pages. Each table is complete by its type. */
const KINDS: Record<RecordKind, string> = {
  run_started: 'Run started',
  model_called: 'Model called',
  gate_decided: 'Gate decided',
  tool_finished: 'Tool finished',
  tool_called: 'Tool called',
  escalated: 'Escalated to a person',
  source_cited: 'Fact cited',
  evidence_gap: 'Gap in the evidence',
  run_sealed: 'Run ended and sealed',
  workflow_registered: 'Workflow registered',
  run_registered: 'Run registered',
  run_resumed: 'Run resumed by another process',
  approval_requested: 'Approval requested',
  approval_decided: 'Approval decided',
  approval_expired: 'Approval expired',
  approval_withdrawn: 'Approval withdrawn',
  glass_broken: 'Glass broken: let through without approval',
  grant_consumed: 'Grant used',
  consume_refused: 'Receipt refused',
  budget_warned: 'Early warning of a budget',
  sampled: 'Chosen for review',
  review_claimed: 'Review claimed',
  review_released: 'Claim of a review released',
  reviewed: 'Reviewed',
  rolled_back: 'Rolled back',
  suspended: 'Workflow suspended',
  resumed: 'Workflow resumed',
  flag_changed: 'Flag changed',
  incident_opened: 'Incident opened',
  incident_delivered: 'Incident path reached',
  incident_given_up: 'Incident path not reached: given up',
  incident_tested: 'Incident path tested',
  webhook_secret_made: 'Secret of a webhook made',
  prices_loaded: 'Prices loaded',
  calls_repriced: 'Calls repriced',
  controls_evaluated: 'Controls evaluated over everything',
  evidence_exported: 'Evidence exported',
  hold_set: 'Legal hold set',
  hold_lifted: 'Legal hold lifted',
  content_erased: 'Content erased',
  erasure_requested: 'Erasure requested',
  erasure_finished: 'Erasure finished',
  person_added: 'Person added',
  person_changed: 'Rights of a person changed',
  signed_in: 'Signed in',
  sign_in_refused: 'Sign-in refused',
  signed_out: 'Signed out',
  credential_issued: 'Key or token issued',
  credential_revoked: 'Key or token revoked',
};

const CONTROLS: Record<ControlName, string> = {
  owner_named: 'owner named',
  policy_registered: 'policy registered',
  policy_current: 'policy in force',
  run_registered: 'run registered',
  tool_listed: 'tool listed',
  data_allowed: 'data allowed',
  log_fields_present: 'log fields present',
  final_status_present: 'final status present',
  model_call_priced: 'model call priced',
  evidence_chain_whole: 'evidence chain whole',
  span_unchanged: 'span unchanged',
  forged_service_claims: 'forged claims of the service',
  escalation_noted: 'escalation noted',
  refused_actions: 'refused actions',
  scope_held: 'scope held',
  rollback_note_present: 'rollback note present',
  unreviewed_sample: 'sample not reviewed',
  approval_matches: 'approval matches',
  budget_breach: 'budget breach',
  budget_warning: 'budget runs out',
  break_glass_used: 'glass broken',
  incident_path_reached: 'incident path reached',
  rollups_agree: 'rollups agree',
  run_judged: 'run judged',
};

export const CONTROL_NAMES: readonly string[] = Object.keys(CONTROLS);

const LIMITS: Record<BudgetPeriod, string> = {
  per_run: 'one run',
  per_day: 'one UTC day',
  per_month: 'one UTC month',
};

const textOf = (texts: Readonly<Record<string, string>>, word: string): string =>
  Object.hasOwn(texts, word) ? (texts[word] ?? word) : word.replaceAll('_', ' ');

export const kindText = (kind: string): string => textOf(KINDS, kind);
export const controlText = (control: string): string => textOf(CONTROLS, control);
/** `per_day` → `one UTC day` */
export const limitText = (limit: string): string => textOf(LIMITS, limit);

/** `rollback_note` → `Rollback note`, `spent_usd` → `Spent` */
export function label(key: string): string {
  const words = Object.hasOwn(LABELS, key)
    ? (LABELS[key] ?? key)
    : key.replace(/_usd$/, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Keys that would say something else, or nothing, as they are. */
const LABELS: Readonly<Record<string, string>> = {
  limit: 'limit of',
  by_initiator: 'by the one who started the run',
  to: 'handed over to',
  late: 'registered late',
  was: 'it was',
};
