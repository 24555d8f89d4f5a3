export { ACTION_NAMES, ACTIONS, type Action, type ActionName, findAction } from './actions.ts';
export {
  BUDGET_PERIODS,
  type BudgetPeriod,
  type Lease,
  type LeaseRequest,
  lease,
  leaseRequest,
  type SettleAnswer,
  type SettledLease,
  type SettleRequest,
  settleAnswer,
  settledLease,
  settleRequest,
} from './api/budget-schemas.ts';
export { guid, uuid } from './api/ids.ts';
export {
  APPROVAL_STATES,
  type ApprovalRequest,
  type ApprovalState,
  type ApprovalStatus,
  approvalDecisionRequest,
  approvalRequest,
  approvalStatus,
  type BreakGlassRequest,
  breakGlassRequest,
  type ConsumeRequest,
  consumeRequest,
  type ErrorBody,
  errorBody,
  type Heartbeat,
  heartbeat,
  type Receipt,
  type ResumedRun,
  type ResumeRequest,
  type RunRegistration,
  type RunRegistrationRequest,
  receipt,
  resumedRun,
  resumeRequest,
  runRegistration,
  runRegistrationRequest,
  type StopRequest,
  stopRequest,
} from './api/schemas.ts';
export { CONTENT, GEN_AI, METADATA_ATTRIBUTES, MODEL_OPERATIONS, spanName, TOLLGATE } from './attributes.ts';
export { CONTROL_RULES, type ControlName, type ControlRule } from './control-rules.ts';
export { ATTRIBUTE_SOURCES, CONVENTION_ATTRIBUTES } from './conventions/attribute-sources.ts';
export { MODEL_CALL_MARKERS, REPEATING_NAMES } from './conventions/markers.ts';
export { DEFAULT_MEANING, SCOPE_RULES } from './conventions/scope-rules.ts';
export { STANDARD_TIERS } from './conventions/service-tiers.ts';
export {
  type AttributeSource,
  type AttributeTest,
  CONVENTIONS,
  type Convention,
  type Marker,
  REPORT_COLUMNS,
  type ReportColumn,
  type ScopeRule,
} from './conventions/types.ts';
export { durationSeconds } from './duration.ts';
export { ERRORS, type ErrorCode, type Issue, TollgateError } from './errors.ts';
export { canonicalJson, type JsonValue, parseCanonicalJson } from './evidence/canonical-json.ts';
export {
  appendRecord,
  type ChainedRecord,
  type ChainFinding,
  type ChainState,
  type ParsedRecord,
  parseRecord,
  startChain,
  verifyChain,
} from './evidence/chain.ts';
export { type ApprovalBinding, bindingDigest, newNonce, saltedDigest, sha256Hex } from './evidence/digest.ts';
export {
  AGENT_KINDS,
  type AgentKind,
  type EvidenceRecord,
  evidenceRecord,
  RECORD_KINDS,
  RECORD_SCHEMA,
  type RecordFields,
  type RecordKind,
  SERVICE_KINDS,
  type ServiceKind,
  type Usage,
  usage,
} from './evidence/record.ts';
export { type OptionalCallField, type RecordMould, recordMould } from './evidence/record-mould.ts';
export {
  addUsd,
  compareUsd,
  multiplyUsd,
  nanoUpUsd,
  reportedUsd,
  subtractUsd,
  type Usd,
  usd,
} from './money.ts';
export { type LinearPattern, linearPattern } from './pattern.ts';
export { type Classification, classOf, type ToolHints } from './policy/classify.ts';
export { POLICY_EFFECTS, type PolicyChange, type PolicyEffect } from './policy/compare/change.ts';
export { comparePolicies } from './policy/compare/compare-policies.ts';
export { type Decision, type DecisionRequest, decide } from './policy/decide.ts';
export { type IncidentPath, incidentPath } from './policy/incident-path.ts';
export { NOT_A_DENIAL, REASON_CODES, REASONS, type Reason } from './policy/reasons.ts';
export {
  type AllowedTool,
  type ApprovalGate,
  type BudgetLimit,
  type ContentPolicy,
  type Person,
  type Requirements,
  RUNTIME_REQUIREMENTS,
  requirements,
} from './policy/requirements.ts';
export { checkScope, type ScopeViolation } from './policy/scope.ts';
export { MAX_NAME, type ModelName } from './pricing/model-names.ts';
export { type PriceBook, type PricedName, priceBook } from './pricing/price-book.ts';
export {
  type CostLine,
  inputTotal,
  type Pricing,
  priceCall,
  type UnpricedReason,
} from './pricing/price-call.ts';
export { entriesAt, entryFor, type PricedCall, type PriceEntry, priceEntry } from './pricing/price-entry.ts';
export {
  type PriceFile,
  type PriceFileResult,
  parsePriceFile,
  priceFileJsonSchema,
} from './pricing/price-file.ts';
export {
  type AboutCall,
  INSTALLED_PRICES,
  PRICE_VERSION,
  type PricedModel,
  type PriceList,
  pricesAt,
  resolveModel,
} from './pricing/price-list.ts';
export { type PriceListFileResult, parsePriceListFile } from './pricing/price-list-file.ts';
export { RATE_KINDS, type RateKind, settledRates, type TokenPrices } from './pricing/rates.ts';
export { STANDARD_TIER, serviceTierOf } from './pricing/service-tiers.ts';
export {
  ACTION_CLASSES,
  type ActionClass,
  CONTENT_CAPTURES,
  COST_SOURCES,
  type ContentCapture,
  type CostSource,
  ENFORCEMENTS,
  type Enforcement,
  FACT_ORIGINS,
  type FactOrigin,
  FINAL_STATUSES,
  type FinalStatus,
  FLAG_STATES,
  type FlagState,
  OUTCOMES,
  type Outcome,
  REVIEW_VERDICTS,
  type ReviewVerdict,
  RISKS,
  type Risk,
  ROLES,
  type Role,
  type RunStatus,
  SEVERITIES,
  type Severity,
  VERDICTS,
  type Verdict,
  WEBHOOK_KINDS,
  type WebhookKind,
} from './words.ts';
export type { Constraint } from './workflow/constraint.ts';
export { workflowJsonSchema } from './workflow/json-schema.ts';
export { type ParseResult, parseWorkflow, validateWorkflow } from './workflow/parse.ts';
export { policyVersion } from './workflow/policy-version.ts';
export type { ApprovalRule, Workflow, WorkflowTool } from './workflow/schema.ts';
