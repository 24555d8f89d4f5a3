import * as z from 'zod/mini';
import { count, json, maybe, said, text, texts } from './fields.ts';

/**
 * What the console reads of the service's answers. Fields it does not use may come or not; words are plain strings, so
 * that a newer service's word is shown as it is. An answer that does not fit is an error on the page, never a blank one.
 */

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
  /** Whose doing it is about, as `initiator`, `approver` or `glass_breaker`. */
  had_part: z._default(z.array(z.object({ person: text, part: text })), []),
  /** Whether whoever is signed in may resolve it now. */
  can_resolve: z._default(z.boolean(), true),
});
export type Flag = z.output<typeof flag>;

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
  /** Who let the call through without its approval. */
  break_glass: maybe(z.object({ by: text, reason: said, at: text })),
  /** Whether whoever is signed in may do that now. */
  can_break_glass: z._default(z.boolean(), false),
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

const costRow = z.object({
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
