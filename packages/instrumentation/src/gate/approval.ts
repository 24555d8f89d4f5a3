import { setTimeout as sleep } from 'node:timers/promises';
import type { ApprovalStatus, Reason, Receipt } from '@tollgate/contract';
import type { GovernedRun } from '../run/governed-run.ts';
import type { Answer } from '../service/client.ts';
import type { Call } from './prepare.ts';
import type { Why } from './refuse.ts';

export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'refused'; readonly reason: Reason; readonly why: Why };

const POLL_SECONDS = 25;
const RETRY_MS = [100, 300, 1000, 2000] as const;
const TRIES = 4;
/** Past the expiry by this much, and still no word from the service: it is over either way. */
const GIVE_UP_MS = 60_000;

/** What the service's refusals mean to a gate; whatever else it says, the call does not happen. */
const REASON_OF: Readonly<Record<string, Reason>> = {
  workflow_suspended: 'workflow_suspended',
  approval_expired: 'approval_expired',
  approval_not_granted: 'grant_unusable',
  grant_consumed: 'grant_unusable',
  binding_mismatch: 'grant_unusable',
  initiator_unverified: 'grant_unusable',
  four_eyes: 'grant_unusable',
  run_sealed: 'run_sealed',
  arguments_not_i_json: 'arguments_not_i_json',
};

/** Asks for an approval of exactly this call; asking again for the same call gives back what is there. */
export async function requestApproval(
  run: GovernedRun,
  call: Call,
  action: string,
): Promise<Outcome<ApprovalStatus>> {
  const { workflow, policy_version } = run.process.policy;
  const body = {
    run_id: run.id,
    workflow,
    policy_version,
    tool: call.tool.name,
    call_id: call.id,
    action,
    arguments: call.text ?? '',
    rollback_note: call.rollbackNote ?? '',
    ...(run.resumed ? { resumes: true } : {}),
    ...(call.purpose === undefined ? {} : { purpose: call.purpose.toWellFormed().slice(0, 2000) }),
  };
  const answer = await insisting(call, () => run.process.client.requestApproval(body));
  return outcomeOf(run, answer, 'policy_error');
}

/**
 * Waits for the decision, as long as it takes; waiting is no timeout of the run. Survives a service that is away for a while, and
 * one that lets nobody else wait: after each failure it is asked for what it knows at once.
 */
export async function awaitDecision(
  run: GovernedRun,
  call: Call,
  asked: ApprovalStatus,
): Promise<Outcome<ApprovalStatus>> {
  let status = asked;
  let failures = 0;
  while (status.state === 'waiting') {
    if (call.signal.aborted) return withdrawn(run, asked.approval_id);
    const seconds = failures === 0 ? POLL_SECONDS : 0;
    const answer = await run.process.client.approvalStatus(asked.approval_id, seconds, call.signal);
    if (call.signal.aborted) return withdrawn(run, asked.approval_id);
    if (answer.kind === 'refused') return outcomeOf(run, answer, 'grant_unusable');
    if (answer.kind === 'ok') {
      status = answer.value;
      if (seconds === 0 && status.state === 'waiting') await pause(RETRY_MS.length, call.signal);
      failures = 0;
      continue;
    }
    if (Date.now() > Date.parse(status.expires_at) + GIVE_UP_MS)
      return { kind: 'refused', reason: 'service_unreachable', why: {} };
    await pause(failures++, call.signal);
  }
  return decided(status, asked);
}

/** Turns a grant into a receipt. The service does it once and in one transaction; asking twice can only be refused. */
export async function consumeGrant(
  run: GovernedRun,
  call: Call,
  approvalId: string,
): Promise<Outcome<Receipt>> {
  const body = {
    run_id: run.id,
    call_id: call.id,
    tool: call.tool.name,
    policy_version: run.process.policy.policy_version,
    arguments: call.text ?? '',
  };
  const answer = await insisting(call, () => run.process.client.consume(approvalId, body));
  if (answer.kind === 'unreachable' && call.signal.aborted) return withdrawn(run, approvalId);
  if (answer.kind !== 'ok') return outcomeOf(run, answer, 'grant_unusable');
  const fits = answer.value.approval_id === approvalId && answer.value.call_id === call.id;
  return fits && answer.value.approved_by.length > 0
    ? answer
    : { kind: 'refused', reason: 'grant_unusable', why: { service: 'the receipt is for something else' } };
}

/** Takes a request back, so that nobody is asked for nothing. What the service makes of it changes nothing here. */
export async function withdrawRequest(run: GovernedRun, approvalId: string): Promise<void> {
  await run.process.client.withdraw(approvalId);
}

async function withdrawn(run: GovernedRun, approvalId: string): Promise<Outcome<never>> {
  await withdrawRequest(run, approvalId);
  return { kind: 'refused', reason: 'approval_withdrawn', why: {} };
}

function decided(status: ApprovalStatus, asked: ApprovalStatus): Outcome<ApprovalStatus> {
  const { state, decided_by, reason, binding, approval_id } = status;
  const why: Why = { decidedBy: decided_by ?? undefined, approverReason: reason ?? undefined };
  if (state === 'approved' && binding === asked.binding && approval_id === asked.approval_id)
    return { kind: 'ok', value: status };
  const reasons: Partial<Record<typeof state, Reason>> = {
    refused: 'approval_refused',
    expired: 'approval_expired',
    withdrawn: 'approval_withdrawn',
  };
  return { kind: 'refused', reason: reasons[state] ?? 'grant_unusable', why };
}

function outcomeOf<T>(run: GovernedRun, answer: Answer<T>, otherwise: Reason): Outcome<T> {
  if (answer.kind === 'ok') return answer;
  run.process.heartbeat.distrust();
  if (answer.kind === 'unreachable') return { kind: 'refused', reason: 'service_unreachable', why: {} };
  const service = `${answer.message} (${answer.code})`.slice(0, 500);
  return { kind: 'refused', reason: REASON_OF[answer.code] ?? otherwise, why: { service } };
}

/** Asks a few times where there is no answer. Only for requests that the service takes once, however often they come. */
async function insisting<T>(call: Call, ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
  let answer: Answer<T> = { kind: 'unreachable', why: 'the call was told to stop' };
  for (let tries = 0; tries < TRIES && answer.kind === 'unreachable' && !call.signal.aborted; tries++) {
    if (tries > 0) await pause(tries, call.signal);
    answer = await ask();
  }
  return answer;
}

async function pause(failures: number, signal: AbortSignal): Promise<void> {
  await sleep(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)], undefined, { signal }).catch(() => {});
}
