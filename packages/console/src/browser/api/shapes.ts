import * as z from 'zod/mini';

/**
 * What the console reads of the service's answers. Fields it does not use may come or not; words are plain strings, so
 * that a newer service's word is shown as it is. An answer that does not fit is an error on the page, never a blank one.
 */

/** Null where the service says null or nothing. */
const maybe = <T extends z.ZodMiniType>(shape: T) => z._default(z.nullable(shape), null);
const text = z.string();
const count = z.int();
const texts = z._default(z.array(text), []);
const json = z.unknown();

export const listOf = <T extends z.ZodMiniType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: maybe(text) });

export const session = z.object({
  /** The e-mail address that records carry. */
  name: text,
  display_name: maybe(text),
  roles: z.array(text),
  teams: z.array(text),
  /** What a workflow file can name as `group:NAME`. */
  groups: texts,
});
export type Session = z.output<typeof session>;

/** Amounts are decimal strings of US dollars; null is unknown, which is not zero. */
export const cost = z.object({ usd: maybe(text), calls: count, unpriced_calls: count });
export type Cost = z.output<typeof cost>;

export const run = z.object({
  run_id: text,
  workflow: text,
  policy_version: maybe(text),
  owner: text,
  team: text,
  initiator: maybe(text),
  initiator_verified: maybe(z.boolean()),
  /** A final status, or `unsealed`. */
  status: text,
  started_at: maybe(text),
  ended_at: maybe(text),
  cost: maybe(cost),
  open_flags: maybe(count),
});
export type Run = z.output<typeof run>;

export const timelineEntry = z.object({
  time: text,
  kind: text,
  /** Who wrote the record: `agent` (a claim by its key) or `service`. */
  source: text,
  actor: maybe(text),
  call_id: maybe(text),
  tool: maybe(text),
  action: maybe(text),
  action_class: maybe(count),
  model: maybe(text),
  verdict: maybe(text),
  reason: maybe(text),
  enforcement: maybe(text),
  outcome: maybe(text),
  approval_id: maybe(text),
  rollback_note: maybe(text),
  final_status: maybe(text),
  cost_usd: maybe(text),
  detail: maybe(z.record(text, json)),
  /** Field → content; only where it was asked for and may be read. */
  content: maybe(z.record(text, json)),
  /** The record's exact text. */
  record: maybe(text),
  hash: maybe(text),
});
export type TimelineEntry = z.output<typeof timelineEntry>;

export const modelCall = z.object({
  start: text,
  provider: maybe(text),
  model: maybe(text),
  operation: maybe(text),
  scope_name: maybe(text),
  input_tokens: maybe(count),
  output_tokens: maybe(count),
  cache_read_tokens: maybe(count),
  cost_usd: maybe(text),
  cost_source: maybe(text),
  unpriced_reason: maybe(text),
  counted: z.boolean(),
  why: maybe(text),
});
export type ModelCall = z.output<typeof modelCall>;

export const flag = z.object({
  flag_id: text,
  control: text,
  severity: text,
  workflow: maybe(text),
  run_id: maybe(text),
  owner: maybe(text),
  team: maybe(text),
  state: text,
  raised_at: text,
  due_at: maybe(text),
  summary: text,
  evidence: maybe(json),
  acknowledged_by: maybe(text),
  acknowledged_at: maybe(text),
  resolved_by: maybe(text),
  resolved_at: maybe(text),
  note: maybe(text),
  cleared_because: maybe(text),
});
export type Flag = z.output<typeof flag>;

export const toolCall = z.object({
  call_id: text,
  tool: text,
  action: maybe(text),
  action_class: maybe(count),
  verdict: maybe(text),
  reason: maybe(text),
  enforcement: maybe(text),
  outcome: maybe(text),
  approval_id: maybe(text),
  rollback_note: maybe(text),
  start: maybe(text),
});
export type ToolCall = z.output<typeof toolCall>;

export const evidence = z.object({
  run,
  timeline: z.array(timelineEntry),
  model_calls: z.array(modelCall),
  tool_calls: z._default(z.array(toolCall), []),
  cost,
  chain: z.object({
    whole: z.boolean(),
    writers: z.array(z.looseObject({ writer: text })),
    findings: z.array(json),
  }),
  flags: z.array(flag),
});
export type Evidence = z.output<typeof evidence>;

const approvalFields = {
  approval_id: text,
  state: text,
  workflow: text,
  run_id: text,
  tool: text,
  action: maybe(text),
  action_class: maybe(count),
  owner: maybe(text),
  team: maybe(text),
  initiator: maybe(text),
  requested_at: text,
  expires_at: text,
  /** Whether whoever is signed in may decide it now. */
  can_decide: z._default(z.boolean(), false),
};
export const approvalSummary = z.object(approvalFields);
export type ApprovalSummary = z.output<typeof approvalSummary>;

export const approval = z.object({
  ...approvalFields,
  policy_version: maybe(text),
  requested_by: maybe(text),
  /** The agent's own words. */
  purpose: maybe(text),
  initiator_verified: maybe(z.boolean()),
  /** Canonical JSON text: the very bytes that will be executed. Null for who may not decide it, and once erased. */
  arguments: maybe(text),
  binding: text,
  rollback_note: maybe(text),
  /** Why the call is of class 3: the action itself, or what raised it. */
  raised_by: texts,
  approvers: texts,
  needed: maybe(count),
  decisions: z._default(
    z.array(z.object({ decided_by: text, decision: text, reason: maybe(text), decided_at: text })),
    [],
  ),
});
export type Approval = z.output<typeof approval>;

export const sample = z.object({
  sample_id: text,
  workflow: text,
  run_id: text,
  call_id: maybe(text),
  tool: maybe(text),
  action: maybe(text),
  owner: maybe(text),
  team: maybe(text),
  state: text,
  sampled_at: maybe(text),
  due_at: text,
  reviewers: texts,
  /** Why it was chosen. */
  why: maybe(text),
  assigned_to: maybe(text),
  reviewed_by: maybe(text),
  reviewed_at: maybe(text),
  verdict: maybe(text),
  note: maybe(text),
});
export type Sample = z.output<typeof sample>;

export const costRow = z.object({
  workflow: maybe(text),
  owner: maybe(text),
  team: maybe(text),
  model: maybe(text),
  provider: maybe(text),
  day: maybe(text),
  calls: count,
  unpriced_calls: count,
  cost_usd: text,
  input_tokens: maybe(count),
  output_tokens: maybe(count),
});
export type CostRow = z.output<typeof costRow>;

export const costs = z.object({ items: z.array(costRow), total: costRow });
export type Costs = z.output<typeof costs>;
