import type { Tollgate } from '../../face.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { type OpenToolCall, openTool, type ToolIdentity } from '../shared/open-tool.ts';
import { settle, settleError } from './result.ts';

export interface GatedCall {
  readonly tool: ToolIdentity;
  readonly args: unknown;
  readonly callId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly execute: (open: OpenToolCall) => unknown;
  /** True where the result only says that the tool has begun; whoever says so also ends the call. */
  readonly begun?: ((result: unknown, open: OpenToolCall) => boolean) | undefined;
}

/**
 * One tool call through the gate; a result with `isError` is a failed outcome, and still the result.
 * @throws ToolRefused; what `execute` throws otherwise.
 */
export function callTool(tollgate: Tollgate, run: GovernedRun, call: GatedCall): Promise<unknown> {
  return run.track(opened(tollgate, run, call));
}

async function opened(tollgate: Tollgate, run: GovernedRun, call: GatedCall): Promise<unknown> {
  const { tool, args, callId, signal, execute, begun } = call;
  const open = await openTool(tollgate, tool, args, { run, callId, signal });
  let result: unknown;
  try {
    result = await execute(open);
  } catch (error) {
    await settleError(open, error);
    throw error;
  }
  if (begun?.(result, open) !== true) await settle(open, result);
  return result;
}
