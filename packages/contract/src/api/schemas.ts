import { z } from 'zod';

/** Shapes that agents and the service exchange. Both sides validate with these, so that they cannot drift apart. */

const policyVersion = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const nonEmpty = z.string().min(1).max(256);

/** POST /v1/runs */
export const runRegistrationRequest = z.strictObject({
  workflow: nonEmpty,
  policy_version: policyVersion,
  writer: z.uuid(),
  /** Only where the workflow lets class 1 proceed without the service, and the run registers late. */
  run_id: z.uuidv7().optional(),
  /** Recorded as claimed, unless `initiator_token` proves it. */
  initiator: nonEmpty,
  initiator_token: z.string().min(1).max(4096).optional(),
});
export type RunRegistrationRequest = z.output<typeof runRegistrationRequest>;

export const runRegistration = z.object({
  run_id: z.uuidv7(),
  workflow: z.string(),
  policy_version: policyVersion,
  initiator: z.string(),
  initiator_verified: z.boolean(),
  registered_at: z.iso.datetime(),
});
export type RunRegistration = z.output<typeof runRegistration>;

/** GET /v1/workflows/{workflow}/heartbeat */
export const heartbeat = z.object({
  workflow: z.string(),
  policy_version: policyVersion,
  suspended: z.boolean(),
  /** What this workflow has spent, as far as the evidence store knows. */
  spent: z.object({ day_usd: z.string(), month_usd: z.string() }).optional(),
});
export type Heartbeat = z.output<typeof heartbeat>;

/** POST /v1/approvals */
export const approvalRequest = z.strictObject({
  run_id: z.uuid(),
  workflow: nonEmpty,
  policy_version: policyVersion,
  tool: nonEmpty,
  call_id: nonEmpty,
  action: nonEmpty,
  /** Canonical JSON text: the very bytes that will be executed. */
  arguments: z.string().min(1).max(1_000_000),
  rollback_note: z.string().max(4000),
  /** Why the agent wants it, in its own words; shown to approvers as the agent's claim. */
  purpose: z.string().max(2000).optional(),
});
export type ApprovalRequest = z.output<typeof approvalRequest>;

export const APPROVAL_STATES = [
  'waiting',
  'approved',
  'refused',
  'expired',
  'withdrawn',
  'consumed',
] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** What an agent may see of its approval: never who else could decide, never the arguments back. */
export const approvalStatus = z.object({
  approval_id: z.string(),
  state: z.enum(APPROVAL_STATES),
  binding: z.string(),
  decided_by: z.string().nullable(),
  /** The approver's reason, which the agent and the human behind it get to read. */
  reason: z.string().nullable(),
  expires_at: z.iso.datetime(),
});
export type ApprovalStatus = z.output<typeof approvalStatus>;

/** POST /v1/approvals/{id}/decision, by a person */
export const approvalDecisionRequest = z.strictObject({
  decision: z.enum(['approve', 'refuse']),
  reason: z.string().trim().min(1, { error: 'say why, in a few words' }).max(2000),
});

/** POST /v1/approvals/{id}/consume: intent and consumption of the grant, committed in one transaction. */
export const consumeRequest = z.strictObject({
  run_id: z.uuid(),
  call_id: nonEmpty,
  tool: nonEmpty,
  policy_version: policyVersion,
  arguments: z.string().min(1).max(1_000_000),
});
export type ConsumeRequest = z.output<typeof consumeRequest>;

/** The receipt without which no class-3 tool runs. */
export const receipt = z.object({
  approval_id: z.string(),
  call_id: z.string(),
  consumed_at: z.iso.datetime(),
  approved_by: z.array(z.string()),
});
export type Receipt = z.output<typeof receipt>;

/** The body of every error. */
export const errorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    mend: z.string(),
    request_id: z.string().optional(),
    issues: z
      .array(
        z.object({
          path: z.string(),
          message: z.string(),
          line: z.number().optional(),
          column: z.number().optional(),
        }),
      )
      .optional(),
  }),
});
export type ErrorBody = z.output<typeof errorBody>;
