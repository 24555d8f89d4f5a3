import { z } from 'zod';
import { usd } from '../money.ts';
import { REASON_CODES, type Reason } from '../policy/reasons.ts';
import { COST_SOURCES, ENFORCEMENTS, FINAL_STATUSES, OUTCOMES, VERDICTS } from '../words.ts';

export const RECORD_SCHEMA = 'tollgate.record/1';

/**
 * Kinds that an agent's process may write. A tool call leaves `gate_decided` before it executes and `tool_finished` after; one
 * of class 1 that is over within the turn of the event loop in which it began leaves `tool_called`, which says all that the two
 * would have said.
 */
export const AGENT_KINDS = [
  'run_started',
  'model_called',
  'gate_decided',
  'tool_finished',
  'tool_called',
  'escalated',
  'source_cited',
  'evidence_gap',
  'run_sealed',
] as const;

/** Kinds that only the service may write; such a record in a span is a claim and counts as forged. */
export const SERVICE_KINDS = [
  'workflow_registered',
  'run_registered',
  'run_resumed',
  'approval_requested',
  'approval_decided',
  'approval_expired',
  'approval_withdrawn',
  'glass_broken',
  'grant_consumed',
  'consume_refused',
  'budget_warned',
  'sampled',
  'review_claimed',
  'review_released',
  'reviewed',
  'rolled_back',
  'suspended',
  'resumed',
  'flag_changed',
  'incident_opened',
  'incident_delivered',
  'incident_given_up',
  'incident_tested',
  'webhook_secret_made',
  'prices_loaded',
  'calls_repriced',
  'controls_evaluated',
  'evidence_exported',
  'hold_set',
  'hold_lifted',
  'erasure_requested',
  'content_erased',
  'erasure_finished',
  'person_added',
  'person_changed',
  'signed_in',
  'sign_in_refused',
  'signed_out',
  'credential_issued',
  'credential_revoked',
] as const;

export const RECORD_KINDS = [...AGENT_KINDS, ...SERVICE_KINDS] as const;
export type AgentKind = (typeof AGENT_KINDS)[number];
export type ServiceKind = (typeof SERVICE_KINDS)[number];
export type RecordKind = (typeof RECORD_KINDS)[number];

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const nanoseconds = z.string().regex(/^\d{1,19}$/);
const count = z.int().min(0).max(1_000_000_000);

/** Token counts of one model call. Cache reads and cache creation are part of `input_tokens`, reasoning of `output_tokens`. */
export const usage = z.strictObject({
  input_tokens: count.optional(),
  output_tokens: count.optional(),
  cache_read_tokens: count.optional(),
  cache_creation_tokens: count.optional(),
  /** Those of the cache writes that live for an hour. */
  cache_creation_1h_tokens: count.optional(),
  reasoning_tokens: count.optional(),
});
export type Usage = z.output<typeof usage>;

/** One canonical JSON fact about a run: the unit of the hash chain; DESIGN.md, section 5. */
export const evidenceRecord = z.strictObject({
  schema: z.literal(RECORD_SCHEMA),
  /** Of plain spans the trace's, which is a UUID of no version. */
  run_id: z.guid(),
  writer: z.uuid(),
  seq: z.int().min(0),
  /** SHA-256 of the previous record's bytes; the chain's genesis for the first. */
  prev: hash,
  kind: z.enum(RECORD_KINDS),
  time: nanoseconds,
  workflow: z.string().min(1),
  policy_version: z.string().min(1),
  owner: z.string().min(1),
  team: z.string().min(1),
  actor: z.string().optional(),
  action: z.string().optional(),
  action_class: z.union([z.literal(1), z.literal(2), z.literal(3)]).optional(),
  tool: z.string().optional(),
  call_id: z.string().optional(),
  model: z.string().optional(),
  verdict: z.enum(VERDICTS).optional(),
  reason: z.enum(REASON_CODES as [Reason, ...Reason[]]).optional(),
  enforcement: z.enum(ENFORCEMENTS).optional(),
  outcome: z.enum(OUTCOMES).optional(),
  approval_id: z.string().optional(),
  rollback_note: z.string().optional(),
  final_status: z.enum(FINAL_STATUSES).optional(),
  usage: usage.optional(),
  /** `usd` null: unpriced, which is not zero. */
  cost: z
    .strictObject({
      usd: usd.nullable(),
      source: z.enum(COST_SOURCES).nullable(),
      price_version: z.string().nullable(),
    })
    .optional(),
  /** Field → salted digest of its content, which lies outside the chain. */
  digests: z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/)).optional(),
  /** Small facts of a kind, e.g. the head and count of each writer in `run_sealed`; no content. */
  detail: z.record(z.string(), z.json()).optional(),
});
export type EvidenceRecord = z.output<typeof evidenceRecord>;

/** What a writer knows of a fact; the chain adds schema, sequence number and previous hash. */
export type RecordFields = Omit<EvidenceRecord, 'schema' | 'run_id' | 'writer' | 'seq' | 'prev'>;
