import type { ApprovalState, FlagState, ReviewVerdict } from '@tollgate/contract';
import type { Generated } from 'kysely';
import type { BudgetTables } from './budget-tables.ts';
import type { DisposalTables } from './disposal-tables.ts';
import type { EventTables } from './event-tables.ts';
import type { ExceptionTables } from './exception-tables.ts';
import type { IncidentTables } from './incident-tables.ts';

/** Nanoseconds since 1970 as 19 digits, so that text order is time order (until the year 2286). */
type Time = string;
/** JSON text. */
type Json = string;
/** SQLite has no booleans: 0 or 1. */
type Flag = number;

interface People {
  person_id: string;
  /** In lower case, unique. */
  email: string;
  display_name: string;
  roles: Json;
  teams: Json;
  groups: Json;
  /** 0 where content is withheld from them. */
  reads_content: Generated<Flag>;
  /** Issuer and subject of the provider's account that signs in as them; null where none has. */
  subject: string | null;
  created_at: Time;
  disabled_at: Time | null;
}

/** Keys of agents and tokens of people. A secret is known by its SHA-256 only. */
interface Credentials {
  credential_id: string;
  kind: 'agent_key' | 'person_token';
  secret_hash: string;
  label: string;
  /** Of a person's token. */
  person_id: string | null;
  /** Of an agent's key, as are team, workflows and scopes. */
  principal: string | null;
  team: string | null;
  workflows: Json | null;
  scopes: Json | null;
  created_at: Time;
  created_by: string;
  expires_at: Time | null;
  revoked_at: Time | null;
}

interface Sessions {
  session_hash: string;
  csrf_hash: string;
  person_id: string;
  /** A session ends with the token that opened it. */
  credential_id: string;
  created_at: Time;
  expires_at: Time;
  ended_at: Time | null;
}

/** Sign-ins that have begun at the provider. The state and the browser's cookie are known by their SHA-256 only. */
interface SignOns {
  state_hash: string;
  browser_hash: string;
  nonce: string;
  code_verifier: string;
  expires_at: Time;
}

interface Workflows {
  workflow: string;
  /** The current version. */
  policy_version: string;
  owner: string;
  team: string;
  registered_at: Time;
}

interface WorkflowVersions {
  workflow: string;
  policy_version: string;
  owner: string;
  team: string;
  yaml: string;
  /** The parsed file, defaults included. */
  document: Json;
  requirements: Json;
  registered_by: string;
  registered_at: Time;
}

interface Suspensions {
  suspension_id: string;
  workflow: string;
  suspended_by: string;
  suspended_at: Time;
  reason: string;
  resumed_by: string | null;
  resumed_at: Time | null;
  resume_reason: string | null;
}

interface Runs {
  run_id: string;
  workflow: string;
  policy_version: string;
  /** The agent process's writer id. */
  writer: string;
  owner: string;
  team: string;
  principal: string;
  key_id: string;
  initiator: string;
  initiator_verified: Flag;
  registered_at: Time;
  rolled_back_at: Time | null;
}

interface Approvals {
  approval_id: string;
  run_id: string;
  workflow: string;
  policy_version: string;
  owner: string;
  team: string;
  tool: string;
  call_id: string;
  action: string;
  action_class: number;
  /** Canonical JSON text; null once erased. */
  arguments: string | null;
  nonce: string;
  binding: string;
  rollback_note: string;
  purpose: string | null;
  requester: string;
  requester_key_id: string;
  initiator: string;
  initiator_verified: Flag;
  approvers: Json;
  needed: number;
  raised_by: Json;
  requested_at: Time;
  expires_at: Time;
  state: ApprovalState;
  closed_at: Time | null;
}

interface ApprovalDecisions {
  approval_id: string;
  person_id: string;
  email: string;
  decision: 'approve' | 'refuse';
  reason: string;
  decided_at: Time;
}

interface Grants {
  approval_id: string;
  granted_at: Time;
  expires_at: Time;
  consumed_at: Time | null;
}

/** Triage of flags; the finding itself is in ClickHouse. */
interface Flags {
  flag_id: string;
  /** What makes two findings the same one, e.g. control and run. Unique. */
  identity: string;
  control: string;
  severity: 'info' | 'warning' | 'critical';
  workflow: string;
  run_id: string | null;
  owner: string;
  team: string;
  state: FlagState;
  raised_at: Time;
  due_at: Time | null;
  summary: string;
  evidence: Json;
  acknowledged_by: string | null;
  acknowledged_at: Time | null;
  resolved_by: string | null;
  resolved_at: Time | null;
  note: string | null;
  cleared_because: string | null;
  updated_at: Time;
}

/** Class-2 actions chosen for review, and who reviews them. */
interface Samples {
  sample_id: string;
  run_id: string;
  /** Unique together with run_id. */
  call_id: string;
  workflow: string;
  policy_version: string;
  owner: string;
  team: string;
  tool: string;
  action: string;
  why: string;
  reviewers: Json;
  sampled_at: Time;
  due_at: Time;
  assigned_to: string | null;
  assigned_at: Time | null;
  reviewed_by: string | null;
  reviewed_at: Time | null;
  verdict: ReviewVerdict | null;
  note: string | null;
  scores: Json | null;
}

/** Where the service's own chain of a run stands. */
interface ServiceChains {
  run_id: string;
  seq: number;
  head: string;
}

/** Rows on their way to ClickHouse, in order of `position`. */
interface EvidenceOutbox {
  position: Generated<number>;
  table_name: string;
  row: Json;
  batch_id: string | null;
}

/** Named values: the installation's writer id, secrets of sampling, positions of background work. */
interface StateValues {
  name: string;
  value: string;
}

export interface ControlTables
  extends BudgetTables,
    DisposalTables,
    EventTables,
    ExceptionTables,
    IncidentTables {
  people: People;
  credentials: Credentials;
  sessions: Sessions;
  sign_ons: SignOns;
  workflows: Workflows;
  workflow_versions: WorkflowVersions;
  suspensions: Suspensions;
  runs: Runs;
  approvals: Approvals;
  approval_decisions: ApprovalDecisions;
  grants: Grants;
  flags: Flags;
  samples: Samples;
  service_chains: ServiceChains;
  evidence_outbox: EvidenceOutbox;
  state_values: StateValues;
}
