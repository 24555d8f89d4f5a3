import { bindingDigest, type ConsumeRequest, type Receipt, TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { AgentIdentity } from '../identity/identity.ts';
import { approvalRow } from '../records/rows.ts';
import { isSuspended, versionForAgent } from '../registrations/read-workflow.ts';
import type { Change } from '../state/change.ts';
import { isoTime, timeText } from '../state/time.ts';
import { steppedChange } from '../steps.ts';
import { type Approval, decisionsOf, factsOf, findApproval, glassOf, scopeOf, topicOf } from './approval.ts';
import { expireIfDue } from './expire.ts';

/**
 * Hands out the receipt without which no class-3 tool runs. Intent and consumption commit together, and the grant is
 * consumed by one conditional update: of any number of callers one gets the receipt, and nobody gets it twice. An agent
 * that lost its answer does not know whether it may run, so it must not (the outcome is `unknown`).
 */
export async function consumeGrant(
  { control }: Pick<Deps, 'control'>,
  agent: AgentIdentity,
  approval_id: string,
  request: ConsumeRequest,
): Promise<Receipt> {
  const about = { approval_id, run_id: request.run_id };
  return steppedChange<Receipt>(control, 'grant.consume', about, async (change) => {
    const approval = await approvalForAgent(change.db, agent, approval_id);
    const refusal = await refusalOf(change, approval, request);
    if (refusal !== undefined) return refuse(change, approval, agent, refusal);
    if (!(await consume(change, approval_id)))
      return refuse(change, approval, agent, new TollgateError('grant_consumed'));
    const glass = await glassOf(change.db, approval);
    const decisions = await decisionsOf(change.db, approval_id);
    const approved_by = glass === undefined ? decisions.map(({ email }) => email) : [glass.email];
    const how = glass === undefined ? {} : { broke_glass: true };
    const { hash } = await change.record(scopeOf(approval), {
      ...factsOf(approval),
      kind: 'grant_consumed',
      actor: agent.name,
      verdict: 'allow',
      reason: glass === undefined ? 'approval_granted' : 'break_glass',
      detail: { approved_by, ...how },
    });
    await change.row(
      'approvals',
      approvalRow({ event: 'consumed', approval, actor: agent.name, now: change.now, hash }),
    );
    change.announce(topicOf(approval_id));
    const { call_id } = approval;
    return { approval_id, call_id, consumed_at: isoTime(change.now), approved_by, ...how };
  });
}

/** Somebody asked for a receipt and got none: who, for which call, and why, stays on record. */
async function refuse(
  change: Change,
  approval: Approval,
  agent: AgentIdentity,
  refusal: TollgateError,
): Promise<TollgateError> {
  await change.record(scopeOf(approval), {
    ...factsOf(approval),
    kind: 'consume_refused',
    actor: agent.name,
    verdict: 'deny',
    reason: 'grant_unusable',
    enforcement: 'refused',
    detail: { code: refusal.code },
  });
  return refusal;
}

/** An approval of the agent's own principal, of a workflow that its key may run. @throws TollgateError `not_found` for every other */
export async function approvalForAgent(
  db: Parameters<typeof findApproval>[0],
  agent: AgentIdentity,
  approval_id: string,
): Promise<Approval> {
  const approval = await findApproval(db, approval_id);
  if (approval === undefined || approval.team !== agent.teams[0] || approval.requester !== agent.name)
    throw new TollgateError('not_found');
  await versionForAgent(db, agent, approval.workflow);
  return approval;
}

async function refusalOf(
  change: Change,
  approval: Approval,
  request: ConsumeRequest,
): Promise<TollgateError | undefined> {
  if (await isSuspended(change.db, approval.workflow)) return new TollgateError('workflow_suspended');
  if (await expireIfDue(change, approval)) return new TollgateError('approval_expired');
  if (approval.state === 'expired') return new TollgateError('approval_expired');
  if (approval.state === 'consumed') return new TollgateError('grant_consumed');
  if (approval.state !== 'approved') return new TollgateError('approval_not_granted');
  if (!matches(approval, request)) return new TollgateError('binding_mismatch');
  const { policy_version } = await change.db
    .selectFrom('workflows')
    .select('policy_version')
    .where('workflow', '=', approval.workflow)
    .executeTakeFirstOrThrow();
  return policy_version === approval.policy_version ? undefined : new TollgateError('policy_not_registered');
}

/** The digest is computed anew from what is about to be executed, with the nonce that only the service has. */
function matches(
  approval: Approval,
  { run_id, call_id, tool, policy_version, arguments: args }: ConsumeRequest,
): boolean {
  const { workflow, initiator, nonce, binding } = approval;
  const bound = { workflow, policy_version, tool, arguments: args, run_id, initiator };
  return call_id === approval.call_id && bindingDigest(nonce, bound) === binding;
}

async function consume({ db, now }: Change, approval_id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('grants')
    .set({ consumed_at: timeText(now) })
    .where('approval_id', '=', approval_id)
    .where('consumed_at', 'is', null)
    .where('expires_at', '>', timeText(now))
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return false;
  await db
    .updateTable('approvals')
    .set({ state: 'consumed', closed_at: timeText(now) })
    .where('approval_id', '=', approval_id)
    .execute();
  return true;
}
