import * as z from 'zod/mini';

/**
 * What the console reads of the service's answers. Fields it does not use may come or not; words are plain strings, so
 * that a newer service's word is shown as it is. An answer that does not fit is an error on the page, never a blank one.
 */

/** Null where the service says null or nothing. */
const maybe = <T extends z.ZodMiniType>(shape: T) => z._default(z.nullable(shape), null);
const text = z.string();
/** A text, or null where the service says null, an empty text or nothing. */
const said = z.pipe(
  maybe(text),
  z.transform((value: string | null) => (value === '' ? null : value)),
);
const count = z.int();
const texts = z._default(z.array(text), []);
const json = z.unknown();

export const listOf = <T extends z.ZodMiniType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: said });

export const session = z.object({
  /** The e-mail address that records carry. */
  name: text,
  display_name: said,
  roles: z.array(text),
  teams: z.array(text),
  /** What a workflow file can name as `group:NAME`. */
  groups: texts,
});
export type Session = z.output<typeof session>;

/** Amounts are decimal strings of US dollars; null is unknown, which is not zero. */
export const cost = z.object({ usd: said, calls: count, unpriced_calls: count });
export type Cost = z.output<typeof cost>;

export const run = z.object({
  run_id: text,
  workflow: text,
  policy_version: said,
  owner: text,
  team: text,
  initiator: said,
  initiator_verified: maybe(z.boolean()),
  /** A final status, or `unsealed`. */
  status: text,
  /** False where the service never registered it, so that nobody can be shown to have started it. */
  registered: z._default(z.boolean(), true),
  started_at: said,
  ended_at: said,
  cost: maybe(cost),
  open_flags: maybe(count),
});
export type Run = z.output<typeof run>;

export const timelineEntry = z.object({
  time: text,
  kind: text,
  /** Who wrote the record: `agent` (a claim by the key of `principal`) or `service`. */
  source: text,
  principal: said,
  actor: said,
  call_id: said,
  tool: said,
  action: said,
  action_class: maybe(count),
  model: said,
  verdict: said,
  reason: said,
  enforcement: said,
  outcome: said,
  approval_id: said,
  rollback_note: said,
  final_status: said,
  cost_usd: said,
  detail: maybe(z.record(text, json)),
  /** Field → content; only where it was asked for and may be read. */
  content: maybe(z.record(text, json)),
  /** The record's exact text. */
  record: said,
  hash: said,
});
export type TimelineEntry = z.output<typeof timelineEntry>;

export const modelCall = z.object({
  start: text,
  provider: said,
  model: said,
  operation: said,
  scope_name: said,
  input_tokens: maybe(count),
  output_tokens: maybe(count),
  cache_read_tokens: maybe(count),
  cost_usd: said,
  cost_source: said,
  unpriced_reason: said,
  counted: z.boolean(),
  why: said,
});
export type ModelCall = z.output<typeof modelCall>;

export const flag = z.object({
  flag_id: text,
  control: text,
  severity: text,
  workflow: said,
  run_id: said,
  owner: said,
  team: said,
  state: text,
  raised_at: text,
  due_at: said,
  summary: text,
  evidence: maybe(json),
  acknowledged_by: said,
  acknowledged_at: said,
  resolved_by: said,
  resolved_at: said,
  note: said,
  cleared_because: said,
});
export type Flag = z.output<typeof flag>;

export const toolCall = z.object({
  call_id: text,
  tool: text,
  action: said,
  action_class: maybe(count),
  verdict: said,
  reason: said,
  enforcement: said,
  outcome: said,
  approval_id: said,
  rollback_note: said,
  start: said,
});
export type ToolCall = z.output<typeof toolCall>;

export const evidence = z.object({
  run,
  timeline: z.array(timelineEntry),
  /** True where the run has more records than these. */
  truncated: z._default(z.boolean(), false),
  model_calls: z.array(modelCall),
  tool_calls: z._default(z.array(toolCall), []),
  cost,
  chain: z.object({
    whole: z.boolean(),
    writers: z.array(
      z.object({
        writer: text,
        source: said,
        records: maybe(count),
        /** SHA-256 of the last record. */
        head: said,
        whole: z._default(z.boolean(), true),
      }),
    ),
    findings: z.array(z.object({ writer: said, problem: text })),
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
  action: said,
  action_class: maybe(count),
  owner: said,
  team: said,
  initiator: said,
  requested_at: text,
  expires_at: text,
  /** Whether whoever is signed in may decide it now. */
  can_decide: z._default(z.boolean(), false),
};
export const approvalSummary = z.object(approvalFields);
export type ApprovalSummary = z.output<typeof approvalSummary>;

export const approval = z.object({
  ...approvalFields,
  policy_version: said,
  requested_by: said,
  /** The agent's own words. */
  purpose: said,
  initiator_verified: maybe(z.boolean()),
  /** Canonical JSON text: the very bytes that will be executed. Null for who may not decide it, and once erased. */
  arguments: said,
  binding: text,
  rollback_note: said,
  /** Why the call is of class 3: the action itself, or what raised it. */
  raised_by: texts,
  approvers: texts,
  needed: maybe(count),
  decisions: z._default(
    z.array(z.object({ decided_by: text, decision: text, reason: said, decided_at: text })),
    [],
  ),
});
export type Approval = z.output<typeof approval>;

export const sample = z.object({
  sample_id: text,
  workflow: text,
  run_id: text,
  call_id: said,
  tool: said,
  action: said,
  owner: said,
  team: said,
  state: text,
  sampled_at: said,
  due_at: text,
  reviewers: texts,
  /** Why it was chosen. */
  why: said,
  assigned_to: said,
  reviewed_by: said,
  reviewed_at: said,
  verdict: said,
  note: said,
});
export type Sample = z.output<typeof sample>;

export const costRow = z.object({
  workflow: said,
  owner: said,
  team: said,
  model: said,
  provider: said,
  day: said,
  calls: count,
  unpriced_calls: count,
  cost_usd: text,
  input_tokens: maybe(count),
  output_tokens: maybe(count),
});
export type CostRow = z.output<typeof costRow>;

export const costs = z.object({ items: z.array(costRow), total: costRow });
export type Costs = z.output<typeof costs>;
