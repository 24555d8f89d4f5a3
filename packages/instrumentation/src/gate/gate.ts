import type { CallOptions } from '../face.ts';
import type { GovernedRun } from '../run/governed-run.ts';
import { gateEntry, type Ruling, rulingOf } from './entries.ts';
import { insist } from './insist.ts';
import { dispatched, type OpenToolCall } from './open-tool-call.ts';
import { type Call, type GateTool, notesFor, readArguments, type ToolIdentity } from './prepare.ts';
import { refuseTool } from './refuse.ts';
import { passed } from './steps.ts';
import { judge } from './verdict.ts';
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
  passed('call.judged', run, call);
  const ruling = rulingOf(decision);
  if (decision.verdict === 'deny') throw await refuseTool(run, call, ruling, decision);
  if (decision.verdict === 'require_approval') return withApproval(run, call, ruling);
  return ruling.actionClass === 1 && !run.process.outbox.closed
    ? withHeldIntent(run, call, ruling)
    : withSyncedIntent(run, call, ruling);
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
 * Class 1: the intent goes on record by the end of this turn of the event loop, alone or together with how the call ended;
 * where there is no room it leaves a gap. Not after shutdown: when nothing could say so any more, it does not happen either.
 */
function withHeldIntent(run: GovernedRun, call: Call, ruling: Ruling): OpenToolCall {
  const moment = run.evidence.moment();
  const intent = run.evidence.holdBack(() => gateEntry(call, ruling, 'executed', { moment }));
  passed('intent.recording', run, call);
  return dispatched(run, call, { ruling, begun: moment, intent });
}

/** Class 2: its intent is synced first, and without it nothing happens. */
async function withSyncedIntent(run: GovernedRun, call: Call, ruling: Ruling): Promise<OpenToolCall> {
  const written = run.evidence.write(gateEntry(call, ruling, 'executed'), { durable: true });
  passed('intent.recording', run, call);
  await insist(run, call, ruling, await written);
  passed('intent.recorded', run, call);
  return dispatched(run, call, { ruling, begun: run.evidence.moment() });
}
