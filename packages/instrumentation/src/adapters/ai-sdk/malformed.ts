import type { Tollgate } from '../../face.ts';
import { ToolRefused } from '../../refused.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { openTool } from '../shared/open-tool.ts';

/** A tool call as a model wrote it. */
export interface WrittenCall {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: string;
  readonly providerExecuted?: boolean | undefined;
}

/**
 * Puts calls on record whose arguments are no JSON: the AI SDK never executes them, so the gate never sees them. One that the
 * application repairs is a call of its own, through the gate.
 */
export async function refuseMalformed(
  tollgate: Tollgate,
  run: GovernedRun,
  calls: readonly WrittenCall[],
): Promise<void> {
  for (const { toolName: name, toolCallId: callId, input, providerExecuted } of calls) {
    if (providerExecuted === true || isJson(input)) continue;
    const tool = { name, parameters: { safeParse: () => NOT_JSON } };
    try {
      await (await openTool(tollgate, tool, input, { run, callId })).lost();
    } catch (error) {
      if (!(error instanceof ToolRefused)) throw error;
    }
  }
}

const NOT_JSON = { success: false, error: { issues: [{ path: [], message: 'JSON' }] } } as const;

/** No text at all is how providers write a call without arguments. */
function isJson(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
