import { type ApprovalStatus, type Requirements, TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import { seesTeam } from '../identity/allows.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { approvalRow } from '../records/rows.ts';
import { cachedRequirements } from '../registrations/cached-requirements.ts';
import { isSuspended } from '../registrations/read-workflow.ts';
import type { Change } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import { steppedChange } from '../steps.ts';
import { type Approval, factsOf, findApproval, scopeOf, statusOf, topicOf } from './approval.ts';
import { expireIfDue } from './expire.ts';

/**
 * Lets one waiting call through without its approval. Only a person whom the workflow names may, and may also have
 * started the run: who broke glass, and why, is on record under a name of its own, never as an approval.
 * @throws TollgateError `not_found`, `glass_not_allowed`, `workflow_suspended`, `approval_decided`, `approval_expired`
 */
export async function breakGlass(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  approval_id: string,
  reason: string,
): Promise<ApprovalStatus> {
  return steppedChange<ApprovalStatus>(control, 'approval.break_glass', { approval_id }, async (change) => {
    const approval = await findApproval(change.db, approval_id);
    if (approval === undefined || !seesTeam(person, approval.team)) return new TollgateError('not_found');
    const glass = glassFor(await cachedRequirements(change.db, approval), person);
    const refusal = await refusalOf(change, approval, glass);
    if (refusal !== undefined) return refuse(change, approval, person, refusal);
    const expires_at = timeText(change.now + seconds(glass?.expires_seconds ?? 0));
    const after = { ...approval, state: 'approved' as const, expires_at };
    await grant(change, after, person, reason);
    await recordIt(change, after, person, reason);
    change.announce(topicOf(approval_id));
    return statusOf(change.db, after, change.now);
  });
}

/** What the workflow lets this person do, if anything. Pure. */
export function glassFor(
  { break_glass }: Pick<Requirements, 'break_glass'>,
  person: Pick<PersonIdentity, 'name'>,
): Requirements['break_glass'] {
  return break_glass?.people.some((one) => one.toLowerCase() === person.name) === true ? break_glass : null;
}

async function refusalOf(
  change: Change,
  approval: Approval,
  glass: Requirements['break_glass'],
): Promise<TollgateError | undefined> {
  if (glass === null) return new TollgateError('glass_not_allowed');
  if (await isSuspended(change.db, approval.workflow)) return new TollgateError('workflow_suspended');
  if (await expireIfDue(change, approval)) return new TollgateError('approval_expired');
  if (approval.state === 'expired') return new TollgateError('approval_expired');
  return approval.state === 'waiting' ? undefined : new TollgateError('approval_decided');
}

/** Somebody reached for the glass and got nothing: that stays on record as well. */
async function refuse(
  change: Change,
  approval: Approval,
  { name }: PersonIdentity,
  refusal: TollgateError,
): Promise<TollgateError> {
  await change.record(scopeOf(approval), {
    ...factsOf(approval),
    kind: 'consume_refused',
    actor: name,
    verdict: 'deny',
    reason: 'grant_unusable',
    enforcement: 'refused',
    detail: { code: refusal.code, asked_for: 'break_glass' },
  });
  return refusal;
}

async function grant(
  { db, now }: Change,
  { approval_id, state, expires_at }: Approval,
  { person_id, name: email }: PersonIdentity,
  reason: string,
): Promise<void> {
  const at = timeText(now);
  const { numUpdatedRows } = await db
    .updateTable('approvals')
    .set({ state, expires_at })
    .where('approval_id', '=', approval_id)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw new TollgateError('conflict');
  await db
    .insertInto('glass_breaks')
    .values({ approval_id, person_id, email, reason, broken_at: at })
    .execute();
  await db.insertInto('grants').values({ approval_id, granted_at: at, expires_at }).execute();
}

async function recordIt(
  change: Change,
  approval: Approval,
  { name }: PersonIdentity,
  reason: string,
): Promise<void> {
  const { hash } = await change.record(scopeOf(approval), {
    ...factsOf(approval),
    kind: 'glass_broken',
    actor: name,
    verdict: 'require_approval',
    reason: 'break_glass',
    enforcement: 'waiting',
    detail: { reason, expires_at: approval.expires_at, by_initiator: approval.initiator === name },
  });
  await change.row(
    'approvals',
    approvalRow({ event: 'glass_broken', approval, actor: name, now: change.now, hash, reason }),
  );
}
