import type { Decision } from '@tollgate/contract';
import type { CallOptions } from '../face.ts';
import type { Committed } from '../outbox/group.ts';
import type { GovernedRun } from '../run/governed-run.ts';
import { awaitDecision, consumeGrant, requestApproval, withdrawRequest } from './approval.ts';
import { gateEntry, type Ruling } from './entries.ts';
import { dispatched, type OpenToolCall } from './open-tool-call.ts';
import { type Call, type GateTool, notesFor, readArguments, type ToolIdentity } from './prepare.ts';
import { refuseTool } from './refuse.ts';
import { judge } from './verdict.ts';

/**
 * The gate: everything that executes a tool comes through here, whichever framework asked.
 * @throws ToolRefused, on record, when the call may not happen; what the tool throws otherwise.
 */
export async function throughGate(
  run: GovernedRun,
  tool: GateTool,
  args: unknown,
  options: CallOptions,
): Promise<unknown> {
  const open = await openToolCall(run, tool, args, options);
  let result: unknown;
  try {
    result = await tool.execute(open.args as never, {
      runId: run.id,
      callId: open.callId,
      signal: open.signal,
    });
  } catch (error) {
    await open.failed(error);
    throw error;
  }
  await open.done(result);
  return result;
}

/**
 * The gate without the execution, for tools that run where no wrapper of ours can be: what comes back is the permit.
 * @throws ToolRefused, on record, when the call may not happen.
 */
export async function openToolCall(
  run: GovernedRun,
  tool: ToolIdentity,
  args: unknown,
  options: CallOptions,
): Promise<OpenToolCall> {
  const call = makeCall(run, tool, args, options);
  const decision = await judge(run, call);
  if (decision.verdict === 'deny') throw await refuseTool(run, call, rulingOf(decision), decision);
  const ruling =
    decision.verdict === 'require_approval'
      ? await withApproval(run, call, rulingOf(decision))
      : await withIntent(run, call, rulingOf(decision));
  return dispatched(run, call, ruling);
}

function makeCall(run: GovernedRun, tool: ToolIdentity, args: unknown, options: CallOptions): Call {
  const read = readArguments(tool, args);
  return {
    ...read,
    tool,
    id: run.callId(options.callId),
    ...notesFor(run.process, tool, read.text),
    purpose: options.purpose,
    signal: options.signal === undefined ? run.signal : AbortSignal.any([run.signal, options.signal]),
  };
}

/**
 * Class 1 and 2: the intent goes on record first. Class 2 waits until it is synced, and without it does not happen. Class 1
 * does not wait, its result does; where there is no room it leaves a gap, and after shutdown, when nothing could say so any
 * more, does not happen either.
 */
async function withIntent(run: GovernedRun, call: Call, ruling: Ruling): Promise<Ruling> {
  const waits = ruling.actionClass !== 1 || run.process.outbox.closed;
  const written = run.evidence.write(gateEntry(call, ruling, 'executed'), { durable: waits });
  if (waits) await insist(run, call, ruling, await written);
  return ruling;
}

/** Class 3: asked on record, decided by a person, decided on again by policy, consumed once, and on record again. */
async function withApproval(run: GovernedRun, call: Call, first: Ruling): Promise<Ruling> {
  const asked = await requestApproval(run, call, first.action ?? '');
  if (asked.kind === 'refused')
    throw await refuseTool(run, call, { ...first, reason: asked.reason }, asked.why);
  const waiting: Ruling = { ...first, approvalId: asked.value.approval_id };
  const { expires_at, binding, approval_id } = asked.value;
  const detail = { expires_at, binding };
  const written = await run.evidence.write(gateEntry(call, waiting, 'waiting', detail), { durable: true });
  if (written !== 'written') await withdrawRequest(run, approval_id);
  await insist(run, call, waiting, written);

  const decided = await awaitDecision(run, call, asked.value);
  if (decided.kind === 'refused')
    throw await refuseTool(run, call, { ...waiting, reason: decided.reason }, decided.why);
  const again = await judge(run, call);
  if (again.verdict !== 'require_approval') {
    await withdrawRequest(run, approval_id);
    throw await refuseTool(
      run,
      call,
      { ...rulingOf(again), verdict: 'deny', approvalId: approval_id },
      again,
    );
  }

  const receipt = await consumeGrant(run, call, approval_id);
  if (receipt.kind === 'refused')
    throw await refuseTool(run, call, { ...waiting, reason: receipt.reason }, receipt.why);
  const granted: Ruling = { ...waiting, reason: 'approval_granted' };
  const { approved_by, consumed_at } = receipt.value;
  const intent = gateEntry(call, granted, 'executed', { approved_by, consumed_at });
  await insist(run, call, granted, await run.evidence.write(intent, { durable: true }));
  return granted;
}

/** No evidence, no action. */
async function insist(run: GovernedRun, call: Call, ruling: Ruling, written: Committed): Promise<void> {
  if (written !== 'written') throw await refuseTool(run, call, { ...ruling, reason: 'evidence_unavailable' });
}

function rulingOf({ verdict, reason, action, action_class }: Decision): Ruling {
  return { verdict, reason, action, actionClass: action_class };
}
