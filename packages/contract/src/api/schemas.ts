import { z } from 'zod';
import { uuid, uuidv7 } from './ids.ts';

/** Shapes that agents and the service exchange. Both sides validate with these, so that they cannot drift apart. */

const policyVersion = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const nonEmpty = z.string().min(1).max(256);

/** POST /v1/runs */
export const runRegistrationRequest = z.strictObject({
  workflow: nonEmpty,
  policy_version: policyVersion,
  writer: uuid,
  /** Only where the workflow lets class 1 proceed without the service, and the run registers late. */
  run_id: uuidv7.optional(),
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

/** POST /v1/runs/{run_id}/resume: another process goes on with the run; answered with a `resumedRun`. */
export const resumeRequest = z.strictObject({
  workflow: nonEmpty,
  policy_version: policyVersion,
  /** New, since every process writes a chain of its own. */
  writer: uuid,
});
export type ResumeRequest = z.output<typeof resumeRequest>;

export const resumedRun = runRegistration.extend({
  /**
   * What is stored of the run so far, for its stop conditions: calls that were denied, and calls that failed. Null where the
   * store did not answer in time: unknown is not zero.
   */
  before: z
    .object({ denials: z.int().min(0), errors: z.int().min(0) })
    .nullable()
    .default(null),
});
export type ResumedRun = z.output<typeof resumedRun>;

/** POST /v1/workflows/{workflow}/stop, by an agent: it may suspend its own workflow, and never resume it. */
export const stopRequest = z.strictObject({
  run_id: uuid,
  reason: z.literal('stop_condition'),
  /** The condition that was met, e.g. `stops_when.denials`. */
  field: nonEmpty,
  detail: z.string().max(2000),
});
export type StopRequest = z.output<typeof stopRequest>;

/** GET /v1/workflows/{workflow}/heartbeat */
export const heartbeat = z.object({
  workflow: z.string(),
  policy_version: policyVersion,
  suspended: z.boolean(),
});
export type Heartbeat = z.output<typeof heartbeat>;

/** POST /v1/approvals */
export const approvalRequest = z.strictObject({
  run_id: uuid,
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
  /** In a resumed run: the same tool and arguments, under another call id, get back the request that is there. */
  resumes: z.boolean().optional(),
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
  /** The call that it was asked for: in a resumed run this may be another than the caller's. */
  call_id: z.string(),
  state: z.enum(APPROVAL_STATES),
  binding: z.string(),
  decided_by: z.string().nullable(),
  /** The approver's reason, which the agent and the human behind it get to read. */
  reason: z.string().nullable(),
  expires_at: z.iso.datetime(),
  /** Present and true where nobody approved and a named person broke glass. */
  broke_glass: z.boolean().optional(),
});
export type ApprovalStatus = z.output<typeof approvalStatus>;

/** POST /v1/approvals/{id}/decision, by a person */
export const approvalDecisionRequest = z.strictObject({
  decision: z.enum(['approve', 'refuse']),
  reason: z.string().trim().min(1, { error: 'say why, in a few words' }).max(2000),
});

/** POST /v1/approvals/{id}/break-glass, by a person whom the workflow names */
export const breakGlassRequest = z.strictObject({
  reason: z.string().trim().min(1, { error: 'say why, in a few words' }).max(2000),
});
export type BreakGlassRequest = z.output<typeof breakGlassRequest>;

/** POST /v1/approvals/{id}/consume: intent and consumption of the grant, committed in one transaction. */
export const consumeRequest = z.strictObject({
  run_id: uuid,
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
  /** Present and true where nobody approved: the one person in `approved_by` broke glass. */
  broke_glass: z.boolean().optional(),
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
