import { type ApprovalStatus, TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { AgentIdentity } from '../identity/identity.ts';
import { approvalRow } from '../records/rows.ts';
import { timeText } from '../state/time.ts';
import { steppedChange } from '../steps.ts';
import { factsOf, scopeOf, statusOf, topicOf } from './approval.ts';
import { approvalForAgent } from './consume-grant.ts';
import { expireIfDue } from './expire.ts';

/** Takes back a request that waits, or a grant that was not used. @throws TollgateError `conflict` for any other state */
export async function withdrawApproval(
  { control }: Pick<Deps, 'control'>,
  agent: AgentIdentity,
  approval_id: string,
): Promise<ApprovalStatus> {
  return steppedChange<ApprovalStatus>(control, 'approval.withdraw', { approval_id }, async (change) => {
    const { db, now } = change;
    const approval = await approvalForAgent(db, agent, approval_id);
    if (await expireIfDue(change, approval)) return new TollgateError('approval_expired');
    if (approval.state === 'withdrawn') return statusOf(db, approval, now);
    if (approval.state !== 'waiting' && approval.state !== 'approved') return new TollgateError('conflict');
    const after = { ...approval, state: 'withdrawn' as const, closed_at: timeText(now) };
    const { state, closed_at } = after;
    await db
      .updateTable('approvals')
      .set({ state, closed_at })
      .where('approval_id', '=', approval_id)
      .where('state', '=', approval.state)
      .execute();
    const { hash } = await change.record(scopeOf(approval), {
      ...factsOf(approval),
      kind: 'approval_withdrawn',
      actor: agent.name,
      verdict: 'deny',
      reason: 'approval_withdrawn',
      enforcement: 'refused',
      detail: { was: approval.state },
    });
    await change.row(
      'approvals',
      approvalRow({ event: 'withdrawn', approval, actor: agent.name, now, hash }),
    );
    change.announce(topicOf(approval_id));
    return statusOf(db, after, now);
  });
}
