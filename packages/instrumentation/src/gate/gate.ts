import type { Decision } from '@tollgate/contract';
import type { CallOptions } from '../face.ts';
import type { GovernedRun } from '../run/governed-run.ts';
import { type Ruling, rulingOf } from './entries.ts';
import { insist } from './insist.ts';
import { dispatched, type OpenToolCall, unlessGivenUp } from './open-tool-call.ts';
import { type Call, type GateTool, makeCall, type ToolIdentity } from './prepare.ts';
import { recordIntent } from './record-call.ts';
import { refuseTool } from './refuse.ts';
import { passed } from './steps.ts';
import { judge, judgeAtOnce } from './verdict.ts';
import { withApproval } from './with-approval.ts';

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
  run.enter();
  try {
    const call = makeCall(run, tool, args, options);
    const opened = open(run, call, judgeAtOnce(run, call) ?? (await judge(run, call)));
    const permit = opened instanceof Promise ? await opened : opened;
    let result: unknown;
    try {
      result = await execute(run, tool, permit);
    } catch (error) {
      await permit.failed(error);
      throw error;
    }
    await permit.done(result);
    return result;
  } finally {
    run.leave();
  }
}

function execute(run: GovernedRun, tool: GateTool, { args, callId, signal }: OpenToolCall): unknown {
  return tool.execute(args as never, { runId: run.id, callId, signal });
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
  return open(run, call, judgeAtOnce(run, call) ?? (await judge(run, call)));
}

/** A call of class 1 waits for nothing, and there are many of them. */
function open(run: GovernedRun, call: Call, decision: Decision): OpenToolCall | Promise<OpenToolCall> {
  passed('call.judged', run, call);
  const ruling = rulingOf(decision);
  if (decision.verdict === 'deny') return refused(run, call, ruling, decision);
  if (decision.verdict === 'require_approval') return withApproval(run, call, ruling);
  return ruling.actionClass === 1 && !run.process.outbox.closed
    ? withHeldIntent(run, call, ruling)
    : withSyncedIntent(run, call, ruling);
}

async function refused(run: GovernedRun, call: Call, ruling: Ruling, why: Decision): Promise<never> {
  throw await refuseTool(run, call, ruling, why);
}

/**
 * Class 1: the intent goes on record by the end of this turn of the event loop, alone or together with how the call ended;
 * where there is no room it leaves a gap. Not after shutdown: when nothing could say so any more, it does not happen either.
 */
function withHeldIntent(run: GovernedRun, call: Call, ruling: Ruling): OpenToolCall {
  // A note that cannot be masked is an error here, where nothing has happened yet.
  call.recordedNote(ruling.actionClass);
  const begun = run.evidence.moment();
  const intent = run.evidence.holdBack(() => void recordIntent(run, call, { ruling, begun }));
  passed('intent.recording', run, call);
  return dispatched(run, call, { ruling, begun, intent });
}

/** Class 2: its intent is synced first, and without it nothing happens. */
async function withSyncedIntent(run: GovernedRun, call: Call, ruling: Ruling): Promise<OpenToolCall> {
  const written = recordIntent(run, call, { ruling, begun: run.evidence.moment() }, { durable: true });
  passed('intent.recording', run, call);
  await insist(run, call, ruling, await written);
  passed('intent.recorded', run, call);
  return unlessGivenUp(dispatched(run, call, { ruling, begun: run.evidence.moment(), isSynced: true }));
}
