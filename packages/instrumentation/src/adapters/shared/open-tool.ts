import type { CallOptions, Tollgate } from '../../face.ts';
import { openToolCall } from '../../gate/gate.ts';
import type { OpenToolCall } from '../../gate/open-tool-call.ts';
import type { ToolIdentity } from '../../gate/prepare.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { requireRun } from './require-run.ts';

export type { OpenToolCall } from '../../gate/open-tool-call.ts';
export type { ToolIdentity } from '../../gate/prepare.ts';

/**
 * The whole gate up to the permit, for a tool that is executed where no wrapper can stand (another process). Execute
 * exactly `args`, then say how it ended; a call that never does is recorded as `unknown` when its run ends.
 * @throws ToolRefused, TollgateError outside of a run
 */
export async function openTool(
  tollgate: Tollgate,
  tool: ToolIdentity,
  args: unknown,
  options: Omit<CallOptions, 'run'> & { readonly run?: GovernedRun | undefined } = {},
): Promise<OpenToolCall> {
  const run = options.run ?? requireRun(tollgate, tool.name);
  return run.track(openToolCall(run, tool, args, options));
}
