import type { ApprovalStatus, Reason } from '@tollgate/contract';
import { nowNs } from '../evidence/clock.ts';
import { ToolRefused } from '../refused.ts';
import type { GovernedRun } from '../run/governed-run.ts';
import { awaitDecision, consumeGrant, requestApproval, withdrawRequest } from './approval.ts';
import { finishEntry, gateEntry, type Ruling, rulingOf } from './entries.ts';
import { insist } from './insist.ts';
import { dispatched, type OpenToolCall, unlessGivenUp } from './open-tool-call.ts';
import type { Call } from './prepare.ts';
import { refuseTool } from './refuse.ts';
import { passed } from './steps.ts';
import { judge } from './verdict.ts';

/** Class 3: asked on record, decided by a person, decided on again by policy, consumed once, and on record again. */
export async function withApproval(run: GovernedRun, wanted: Call, first: Ruling): Promise<OpenToolCall> {
  const earlier = run.requests.take(wanted);
  try {
    return await askAndUse(run, earlier === undefined ? wanted : { ...wanted, id: earlier }, first);
  } catch (error) {
    if (error instanceof ToolRefused && !SETTLED.includes(error.reason))
      run.requests.leftOpen(wanted, error.decision.callId);
    throw error;
  }
}

/** After these the service holds nothing that could still be used. */
const SETTLED: readonly Reason[] = ['approval_refused', 'approval_expired', 'already_dispatched'];

async function askAndUse(run: GovernedRun, wanted: Call, first: Ruling): Promise<OpenToolCall> {
  passed('approval.requesting', run, wanted);
  const asked = await requestApproval(run, wanted, first.action ?? '');
  passed('approval.requested', run, wanted);
  if (asked.kind === 'refused')
    throw await refuseTool(run, wanted, { ...first, reason: asked.reason }, asked.why);
  const { approval_id, call_id, state } = asked.value;
  // In a resumed run the approval may be that of an earlier call, under whose id it is bound and consumed.
  const call = { ...wanted, id: call_id };
  const waiting: Ruling = { ...first, approvalId: approval_id };
  if (state === 'consumed') throw await refuseSecondDispatch(run, call, waiting);
  await recordWaiting(run, call, waiting, asked.value);
  passed('approval.waiting_recorded', run, call);

  const decided = await awaitDecision(run, call, asked.value);
  passed('approval.decided', run, call);
  if (decided.kind === 'refused')
    throw await refuseTool(run, call, { ...waiting, reason: decided.reason }, decided.why);
  await judgeAgain(run, call, approval_id);
  passed('call.judged_again', run, call);
  const ruling = await useGrant(run, call, waiting, approval_id);
  return unlessGivenUp(dispatched(run, call, { ruling, begun: run.evidence.moment(), isSynced: true }));
}

async function recordWaiting(
  run: GovernedRun,
  call: Call,
  waiting: Ruling,
  { expires_at, binding, approval_id }: ApprovalStatus,
): Promise<void> {
  const entry = gateEntry(call, waiting, 'waiting', { detail: { expires_at, binding } });
  const written = await run.evidence.write(entry, { durable: true });
  if (written !== 'written') await withdrawRequest(run, approval_id);
  await insist(run, call, waiting, written);
}

/** A decision may take hours: policy, budget and workflow are asked once more. */
async function judgeAgain(run: GovernedRun, call: Call, approvalId: string): Promise<void> {
  const again = await judge(run, call);
  if (again.verdict === 'require_approval') return;
  await withdrawRequest(run, approvalId);
  throw await refuseTool(run, call, { ...rulingOf(again), verdict: 'deny', approvalId }, again);
}

/**
 * The receipt is the permit; without it, or without its own evidence on disk, nothing happens, nor where whoever wanted it has
 * given it up while the service was asked.
 */
async function useGrant(run: GovernedRun, call: Call, waiting: Ruling, approvalId: string): Promise<Ruling> {
  passed('grant.consuming', run, call);
  const receipt = await consumeGrant(run, call, approvalId);
  passed('grant.consumed', run, call);
  if (receipt.kind === 'refused')
    throw await refuseTool(run, call, { ...waiting, reason: receipt.reason }, receipt.why);
  if (run.ended) throw await refuseTool(run, call, { ...waiting, verdict: 'deny', reason: 'run_sealed' });
  if (call.signal.aborted) throw await refuseTool(run, call, { ...waiting, reason: 'approval_withdrawn' });
  const { approved_by, consumed_at, broke_glass = false } = receipt.value;
  const granted: Ruling = { ...waiting, reason: broke_glass ? 'break_glass' : 'approval_granted' };
  const intent = gateEntry(call, granted, 'executed', { detail: { approved_by, consumed_at } });
  passed('intent.recording', run, call);
  await insist(run, call, granted, await run.evidence.write(intent, { durable: true }));
  passed('intent.recorded', run, call);
  return granted;
}

/**
 * Its grant was used before, by a process that is gone or in an answer that was lost: its outcome is unknown, and it never
 * happens a second time.
 */
async function refuseSecondDispatch(run: GovernedRun, call: Call, ruling: Ruling) {
  const now = nowNs();
  const unknown = finishEntry(call, ruling, { outcome: 'unknown', startNs: now, endNs: now });
  await run.evidence.write(unknown, { durable: true, reserve: true });
  return refuseTool(run, call, { ...ruling, verdict: 'deny', reason: 'already_dispatched' });
}
