import {
  type ApprovalRequest,
  type ApprovalStatus,
  bindingDigest,
  newNonce,
  TollgateError,
} from '@tollgate/contract';
import { v7 as uuidv7 } from 'uuid';
import type { Deps } from '../deps.ts';
import type { AgentIdentity } from '../identity/identity.ts';
import { approvalRow } from '../records/rows.ts';
import { cachedRequirements } from '../registrations/cached-requirements.ts';
import { isSuspended, versionForAgent } from '../registrations/read-workflow.ts';
import { runOfAgent } from '../registrations/run-of-agent.ts';
import type { Change } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';
import { seconds, timeText } from '../state/time.ts';
import { steppedChange } from '../steps.ts';
import { admit, denial } from './admission.ts';
import { type Approval, factsOf, scopeOf, statusOf } from './approval.ts';
import { expireIfDue } from './expire.ts';
import { resumedRequest, takeRequest } from './resumed-request.ts';

type Run = ControlTables['runs'];

/**
 * Asks for the approval of one call. The same call of a run again gives back what is there, so that an agent can ask
 * anew after a crash; a refusal by policy is recorded before it is told.
 */
export async function requestApproval(
  { control, settings }: Pick<Deps, 'control' | 'settings'>,
  agent: AgentIdentity,
  request: ApprovalRequest,
): Promise<ApprovalStatus> {
  const about = { run_id: request.run_id };
  const work = async (change: Change): Promise<ApprovalStatus | TollgateError> => {
    const run = await runOfRequest(change, agent, request);
    const earlier = await earlierRequest(change, agent, request);
    if (earlier !== undefined) return statusOf(change.db, earlier, change.now);
    const suspended = await isSuspended(change.db, run.workflow);
    const requirements = await cachedRequirements(change.db, run);
    const admission = admit(requirements, request, suspended);
    if (admission.kind === 'denied') {
      const { reason, action_class, action } = admission.decision;
      const known = action_class === null || action === null ? {} : { action_class, action };
      await refuse(change, agent, run, request, { reason, ...known });
      return denial(admission.decision);
    }
    if (run.initiator_verified !== 1) {
      await refuse(change, agent, run, request, { reason: 'grant_unusable' });
      return new TollgateError('initiator_unverified');
    }
    await assertRoom(change, run.workflow, settings.max_waiting_approvals);
    const { gate, raised_by } = admission;
    const approval = newApproval(change.now, agent, run, request, { ...gate, raised_by });
    await change.db.insertInto('approvals').values(approval).execute();
    await takeRequest(change, request, approval.approval_id);
    const { hash } = await change.record(scopeOf(approval), {
      ...factsOf(approval),
      kind: 'approval_requested',
      actor: agent.name,
      verdict: 'require_approval',
      reason: 'approval_required',
      enforcement: 'waiting',
      detail: { needed: gate.needed, approvers: [...gate.approvers], expires_at: approval.expires_at },
    });
    await change.row(
      'approvals',
      approvalRow({ event: 'requested', approval, actor: agent.name, now: change.now, hash }),
    );
    return statusOf(change.db, approval, change.now);
  };
  return steppedChange(control, 'approval.request', about, work, ({ approval_id }) => ({ approval_id }));
}

/**
 * The run that the request is about, which the agent's own principal registered: in the name of another one's, whoever started that
 * one would count as the initiator. The policy has to be the current one.
 */
async function runOfRequest({ db }: Change, agent: AgentIdentity, request: ApprovalRequest): Promise<Run> {
  const version = await versionForAgent(db, agent, request.workflow);
  const { run } = await runOfAgent(db, agent, request.run_id);
  if (run.workflow !== request.workflow)
    throw new TollgateError('not_found', 'No run of this workflow is registered with that run_id.');
  if (run.policy_version !== request.policy_version || version.policy_version !== request.policy_version)
    throw new TollgateError('policy_not_registered');
  return run;
}

/**
 * What was asked before for the same call, or in a resumed run for the same thing; a new request is possible once that
 * expired or was withdrawn.
 */
async function earlierRequest(
  change: Change,
  agent: AgentIdentity,
  request: ApprovalRequest,
): Promise<Approval | undefined> {
  const same = await sameCall(change, request);
  if (same !== undefined) {
    await takeRequest(change, request, same.approval_id);
    return same;
  }
  const resumed = request.resumes === true ? await resumedRequest(change, request) : undefined;
  if (resumed === undefined) return undefined;
  const { approval_id, state } = resumed;
  await change.record(scopeOf(resumed), {
    ...factsOf(resumed),
    kind: 'approval_requested',
    call_id: request.call_id,
    actor: agent.name,
    verdict: 'require_approval',
    reason: state === 'consumed' ? 'already_dispatched' : 'approval_required',
    enforcement: state === 'waiting' || state === 'approved' ? 'waiting' : 'refused',
    detail: { resumes: approval_id, resumes_call_id: resumed.call_id, state },
  });
  return resumed;
}

async function sameCall(change: Change, request: ApprovalRequest): Promise<Approval | undefined> {
  const found = await change.db
    .selectFrom('approvals')
    .selectAll()
    .where('run_id', '=', request.run_id)
    .where('call_id', '=', request.call_id)
    .where('state', 'not in', ['expired', 'withdrawn'])
    .executeTakeFirst();
  if (found === undefined || (await expireIfDue(change, found))) return undefined;
  if (found.tool !== request.tool || found.arguments !== request.arguments)
    throw new TollgateError('binding_mismatch', 'This call_id was used for another tool or other arguments.');
  return found;
}

type Refusal = Pick<Parameters<Change['record']>[1], 'reason' | 'action' | 'action_class'>;

async function refuse(
  change: Change,
  agent: AgentIdentity,
  run: Run,
  { tool, call_id }: ApprovalRequest,
  refusal: Refusal,
): Promise<void> {
  const facts = { tool, call_id, verdict: 'deny', enforcement: 'blocked', ...refusal } as const;
  await change.record(run, { kind: 'approval_requested', actor: agent.name, ...facts });
}

async function assertRoom({ db }: Change, workflow: string, most: number): Promise<void> {
  const { waiting } = await db
    .selectFrom('approvals')
    .select(({ fn }) => fn.countAll<number>().as('waiting'))
    .where('state', '=', 'waiting')
    .where('workflow', '=', workflow)
    .executeTakeFirstOrThrow();
  if (waiting >= most)
    throw new TollgateError('too_many_requests', `${most} approvals of this workflow wait already.`);
}

function newApproval(
  now: bigint,
  agent: AgentIdentity,
  run: Run,
  request: ApprovalRequest,
  gate: {
    approvers: readonly string[];
    needed: number;
    expires_seconds: number;
    raised_by: readonly string[];
  },
): Approval {
  const { run_id, workflow, policy_version, owner, team, initiator, initiator_verified } = run;
  const { tool, call_id, action, rollback_note, purpose = null } = request;
  const nonce = newNonce();
  const bound = { workflow, policy_version, tool, arguments: request.arguments, run_id, initiator };
  return {
    approval_id: uuidv7(),
    ...{ run_id, workflow, policy_version, owner, team, tool, call_id, action, action_class: 3 },
    ...{ arguments: request.arguments, nonce, binding: bindingDigest(nonce, bound), rollback_note, purpose },
    ...{ requester: agent.name, requester_key_id: agent.key_id, initiator, initiator_verified },
    approvers: JSON.stringify(gate.approvers.map((one) => one.toLowerCase())),
    needed: gate.needed,
    raised_by: JSON.stringify(gate.raised_by),
    requested_at: timeText(now),
    expires_at: timeText(now + seconds(gate.expires_seconds)),
    state: 'waiting',
    closed_at: null,
  };
}
