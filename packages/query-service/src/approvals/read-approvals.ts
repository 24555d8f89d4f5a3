import { APPROVAL_STATES, type ApprovalState, TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { seesTeam, visibleTeams } from '../identity/allows.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { readsContent } from '../identity/reads-content.ts';
import { cachedRequirements } from '../registrations/cached-requirements.ts';
import { readJsonList } from '../state/json.ts';
import { isoTime, isoTimeOrNull } from '../state/time.ts';
import { type Approval, decisionsOf, findApproval, glassOf, hasExpired } from './approval.ts';
import { glassFor } from './break-glass.ts';
import { barredFrom } from './decide-approval.ts';

/** What everybody of the team may know of an approval. */
export const approvalSummary = z.object({
  approval_id: z.string(),
  state: z.enum(APPROVAL_STATES),
  run_id: z.string(),
  workflow: z.string(),
  owner: z.string(),
  team: z.string(),
  tool: z.string(),
  action: z.string(),
  action_class: z.int(),
  requested_by: z.string(),
  initiator: z.string(),
  needed: z.int(),
  requested_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  closed_at: z.iso.datetime().nullable(),
  /** Whether the person who asks is one who may decide it. */
  can_decide: z.boolean(),
});

export const approvalDetail = approvalSummary.extend({
  policy_version: z.string(),
  call_id: z.string(),
  binding: z.string(),
  initiator_verified: z.boolean(),
  approvers: z.array(z.string()),
  /** Canonical JSON, the very bytes that will be executed; null for whoever is not an approver of this call. */
  arguments: z.string().nullable(),
  rollback_note: z.string().nullable(),
  /** The agent's own words: a claim. */
  purpose: z.string().nullable(),
  /** Why the call is of class 3: the action itself, or what raised it. */
  raised_by: z.array(z.string()),
  /** Who let the call through without its approval, and why. */
  break_glass: z.object({ by: z.string(), reason: z.string(), at: z.iso.datetime() }).nullable(),
  /** Whether the person who asks may do that now. */
  can_break_glass: z.boolean(),
  decisions: z.array(
    z.object({
      decided_by: z.string(),
      decision: z.enum(['approve', 'refuse']),
      reason: z.string(),
      decided_at: z.iso.datetime(),
    }),
  ),
});

type Reading = Pick<Deps, 'control' | 'clock'>;

/** Approvals of the person's teams, the newest first. */
export async function listApprovals(
  { control, clock }: Reading,
  person: PersonIdentity,
  { state, limit, cursor }: { state: ApprovalState | undefined; limit: number; cursor: string | undefined },
) {
  const teams = visibleTeams(person);
  let query = control.db
    .selectFrom('approvals')
    .selectAll()
    .orderBy('approval_id', 'desc')
    .limit(limit + 1);
  if (teams !== undefined) query = query.where('team', 'in', [...teams]);
  if (state !== undefined) query = query.where('state', '=', state);
  if (cursor !== undefined)
    query = query.where('approval_id', '<', decodeCursor(cursor, z.tuple([z.string()]))[0]);
  const page = pageOf(await query.execute(), limit, ({ approval_id }) => [approval_id]);
  const now = clock();
  return { ...page, items: page.items.map((approval) => toSummary(approval, person, now)) };
}

/**
 * One approval; its arguments, rollback note and purpose whole for those who may decide it or break its glass, and for nobody else.
 * Once that is done they are content like any other.
 */
export async function readApproval({ control, clock }: Reading, person: PersonIdentity, approval_id: string) {
  const approval = await findApproval(control.db, approval_id);
  if (approval === undefined || !seesTeam(person, approval.team)) throw new TollgateError('not_found');
  const decisions = await decisionsOf(control.db, approval_id);
  const summary = toSummary(approval, person, clock());
  const glass = await glassOf(control.db, approval);
  const mayBreak = glassFor(await cachedRequirements(control.db, approval), person) !== null;
  // Whoever lets a call through, in whatever way, has to see what it is.
  const named = mayBreak || (barredFrom(approval, person) === undefined && person.roles.includes('approver'));
  const shown = named && (summary.state === 'waiting' || readsContent(person));
  return {
    ...summary,
    policy_version: approval.policy_version,
    call_id: approval.call_id,
    binding: approval.binding,
    initiator_verified: approval.initiator_verified === 1,
    approvers: [...readJsonList(approval.approvers)],
    arguments: shown ? approval.arguments : null,
    rollback_note: shown ? approval.rollback_note : null,
    purpose: shown ? approval.purpose : null,
    raised_by: await whyClass3(control.db, approval),
    break_glass:
      glass === undefined ? null : { by: glass.email, reason: glass.reason, at: isoTime(glass.broken_at) },
    can_break_glass: mayBreak && summary.state === 'waiting',
    decisions: decisions.map(({ email: decided_by, decision, reason, decided_at }) => ({
      ...{ decided_by, decision, reason },
      decided_at: isoTime(decided_at),
    })),
  };
}

function toSummary(approval: Approval, person: PersonIdentity, now: bigint): z.input<typeof approvalSummary> {
  const expired = hasExpired(approval, now);
  const live = approval.state === 'waiting' && !expired;
  return {
    ...approval,
    requested_by: approval.requester,
    state: expired ? 'expired' : approval.state,
    requested_at: isoTime(approval.requested_at),
    expires_at: isoTime(approval.expires_at),
    closed_at: isoTimeOrNull(approval.closed_at),
    can_decide: live && person.roles.includes('approver') && barredFrom(approval, person) === undefined,
  };
}

/** In words: the action is of class 3 by itself, or what raised it. */
async function whyClass3(db: Reading['control']['db'], approval: Approval): Promise<string[]> {
  const raised = readJsonList(approval.raised_by);
  if (raised.length > 0) return [...raised];
  const requirements = await cachedRequirements(db, approval);
  const tool = requirements.allowed_tools.find((one) => one.tool === approval.tool);
  return [`the action ${tool?.action ?? approval.action} is of class 3`];
}
