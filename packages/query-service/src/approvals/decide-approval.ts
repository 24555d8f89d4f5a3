import { type ApprovalStatus, TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import { seesTeam } from '../identity/allows.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { approvalRow } from '../records/rows.ts';
import { cachedRequirements } from '../registrations/cached-requirements.ts';
import type { Change } from '../state/change.ts';
import { readJsonList } from '../state/json.ts';
import { seconds, timeText } from '../state/time.ts';
import { steppedChange } from '../steps.ts';
import { type Approval, decisionsOf, factsOf, findApproval, scopeOf, statusOf, topicOf } from './approval.ts';
import { expireIfDue } from './expire.ts';

export interface ApprovalDecisionInput {
  readonly decision: 'approve' | 'refuse';
  readonly reason: string;
}

/**
 * A named approver's answer. One refusal refuses; as many approvals by different people as the workflow wants grant.
 * The grant lives as long as the request could have waited, from its decision on.
 * @throws TollgateError `not_found`, `forbidden`, `four_eyes`, `initiator_unverified`, `approval_decided`, `approval_expired`
 */
export async function decideApproval(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  approval_id: string,
  input: ApprovalDecisionInput,
): Promise<ApprovalStatus> {
  return steppedChange<ApprovalStatus>(control, 'approval.decide', { approval_id }, async (change) => {
    const approval = await findApproval(change.db, approval_id);
    if (approval === undefined || !seesTeam(person, approval.team)) return new TollgateError('not_found');
    const barred = barredFrom(approval, person);
    if (barred !== undefined) return barred;
    if (await expireIfDue(change, approval)) return new TollgateError('approval_expired');
    if (approval.state === 'expired') return new TollgateError('approval_expired');
    if (approval.state !== 'waiting') return new TollgateError('approval_decided');
    const before = await decisionsOf(change.db, approval_id);
    if (before.some(({ person_id }) => person_id === person.person_id))
      return new TollgateError('approval_decided', 'You have approved it; another person has to as well.');
    const decision = {
      approval_id,
      person_id: person.person_id,
      email: person.name,
      ...input,
      decided_at: timeText(change.now),
    };
    await change.db.insertInto('approval_decisions').values(decision).execute();
    const after = await settle(change, approval, input.decision, before.length + 1);
    await recordDecision(change, after, person, input);
    change.announce(topicOf(approval_id));
    return statusOf(change.db, after, change.now);
  });
}

/** Why this person may not decide, in the order that tells most. Pure. */
export function barredFrom(
  approval: Pick<Approval, 'initiator' | 'initiator_verified' | 'requester' | 'approvers'>,
  person: PersonIdentity,
): TollgateError | undefined {
  const named = readJsonList(approval.approvers);
  const isNamed = named.some(
    (one) =>
      one === person.name || (one.startsWith('group:') && person.groups.includes(one.slice('group:'.length))),
  );
  if (!isNamed)
    return new TollgateError('forbidden', 'The workflow does not name you as an approver of this tool.');
  if (approval.initiator_verified !== 1) return new TollgateError('initiator_unverified');
  if (approval.initiator === person.name || approval.requester === person.name)
    return new TollgateError('four_eyes');
  return undefined;
}

async function settle(
  { db, now }: Change,
  approval: Approval,
  decision: 'approve' | 'refuse',
  decisions: number,
): Promise<Approval> {
  if (decision === 'approve' && decisions < approval.needed) return approval;
  const after = await settled(db, approval, decision, now);
  const { state, expires_at, closed_at } = after;
  const { numUpdatedRows } = await db
    .updateTable('approvals')
    .set({ state, expires_at, closed_at })
    .where('approval_id', '=', approval.approval_id)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw new TollgateError('conflict');
  if (decision === 'approve')
    await db
      .insertInto('grants')
      .values({ approval_id: approval.approval_id, granted_at: timeText(now), expires_at })
      .execute();
  return after;
}

async function settled(
  db: Change['db'],
  approval: Approval,
  decision: 'approve' | 'refuse',
  now: bigint,
): Promise<Approval> {
  if (decision === 'refuse') return { ...approval, state: 'refused', closed_at: timeText(now) };
  const requirements = await cachedRequirements(db, approval);
  const gate = requirements.approval_gates.find(({ tool }) => tool === approval.tool);
  return { ...approval, state: 'approved', expires_at: timeText(now + seconds(gate?.expires_seconds ?? 0)) };
}

async function recordDecision(
  change: Change,
  approval: Approval,
  { name }: PersonIdentity,
  { decision, reason }: ApprovalDecisionInput,
): Promise<void> {
  const refused = decision === 'refuse';
  const { hash } = await change.record(scopeOf(approval), {
    ...factsOf(approval),
    kind: 'approval_decided',
    actor: name,
    verdict: refused ? 'deny' : 'require_approval',
    reason: refused ? 'approval_refused' : 'approval_granted',
    enforcement: refused ? 'refused' : 'waiting',
    detail: { decision, state: approval.state, expires_at: approval.expires_at },
  });
  await change.row(
    'approvals',
    approvalRow({ event: 'decided', approval, actor: name, now: change.now, hash, decision, reason }),
  );
}
