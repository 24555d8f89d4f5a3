import * as z from 'zod/mini';
import { said, text } from './fields.ts';

const person = z.object({ name: text, email: text });

/** The eight runtime requirements and what policy needs besides, as the contract's `requirements()` answers them. */
export const requirements = z.object({
  workflow: text,
  team: text,
  policy_version: text,
  allowed_tools: z.array(
    z.object({
      tool: text,
      action: text,
      action_class: z.int(),
      raised_by: z.array(text),
      reads: z.array(text),
      scope: z.optional(z.record(text, z.unknown())),
      rollback: z.optional(text),
    }),
  ),
  blocked_tools: z.array(text),
  approval_gates: z.array(
    z.object({ tool: text, approvers: z.array(text), expires_seconds: z.number(), needed: z.int() }),
  ),
  log_fields: z.array(z.object({ action_class: z.int(), fields: z.array(text) })),
  budget_limit: z.object({
    per_call: z.optional(text),
    per_run: z.optional(text),
    per_day: z.optional(text),
    per_month: z.optional(text),
    warn_at_percent: z.array(z.number()),
  }),
  owner: z.object({ name: text, email: text, escalation: person, incident: z.array(text) }),
  rollback_path: z.object({
    decided_by: text,
    run: z.optional(text),
    tools: z.record(text, text),
  }),
  review_cadence: z.nullable(
    z.object({
      sample_rate: z.number(),
      minimum_per_week: z.number(),
      deadline_seconds: z.number(),
      reviewers: z.array(text),
    }),
  ),
  data: z.array(text),
  risks: z.array(text),
  stops_when: z.optional(
    z.object({
      denials: z.int(),
      errors: z.int(),
      spend_usd: z.optional(text),
      suspend_workflow: z.boolean(),
      also: z.array(text),
    }),
  ),
  /** Null: nobody. */
  break_glass: z.optional(z.nullable(z.object({ people: z.array(text), expires_seconds: z.number() }))),
  content_capture: z.optional(
    z.object({
      /** Class → `full`, `digest` or `off`; and the same for what belongs to no tool call. */
      by_class: z.record(text, text),
      default: text,
      mask_secrets: z.boolean(),
      mask_patterns: z.array(text),
      mask_fields: z.array(text),
      max_characters: z.int(),
    }),
  ),
  when_service_unreachable: z.optional(text),
});
export type RequirementsAnswer = z.output<typeof requirements>;

export const workflowSummary = z.object({
  workflow: text,
  policy_version: text,
  owner: text,
  team: text,
  suspended: z._default(z.boolean(), false),
  registered_at: said,
});
export type WorkflowSummary = z.output<typeof workflowSummary>;

export const workflowDetail = z.object({
  ...{ workflow: text, policy_version: text, owner: said, team: said },
  suspended: z._default(z.boolean(), false),
  suspended_by: said,
  suspended_at: said,
  suspended_reason: said,
  /** The registered YAML, as it was sent. */
  file: said,
  requirements,
  versions: z.array(z.object({ policy_version: text, registered_at: text, registered_by: said })),
});
export type WorkflowDetail = z.output<typeof workflowDetail>;
