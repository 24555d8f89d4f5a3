import { RunnableLambda, type RunnableToolLike } from '@langchain/core/runnables';
import { interopSafeParseAsync } from '@langchain/core/utils/types';
import type { Tollgate } from '../../face.ts';
import { ToolRefused } from '../../refused.ts';
import type { ToolIdentity } from '../shared/open-tool.ts';
import { refuse, takeRefusal } from '../shared/refuse-malformed.ts';
import { requireRun } from '../shared/require-run.ts';
import { execute } from './execution.ts';
import { refusalMessage } from './message.ts';
import { isToolCall } from './structured-tool.ts';

export function isRunnableTool(tool: object): tool is RunnableToolLike {
  return 'bound' in tool && 'schema' in tool && 'name' in tool;
}

/** A runnable that was made a tool of with `asTool`: what it is bound to goes behind the gate, so that every way to run it does. */
export function gateRunnable<T extends RunnableToolLike>(
  tollgate: Tollgate,
  tool: T,
  identity: ToolIdentity,
): T {
  const bound = RunnableLambda.from<unknown, unknown>(async (input, config) => {
    const call = isToolCall(input) ? input : { args: input, id: undefined };
    const run = requireRun(tollgate, tool.name);
    try {
      const already = await takeRefusal(run, call.id);
      if (already !== undefined) throw already;
      const parsed = await interopSafeParseAsync(tool.schema, call.args);
      if (!parsed.success) {
        const { path = [], message = '' } = parsed.error.issues[0] ?? {};
        throw await refuse(tollgate, run, tool.name, call.args, call.id, message, path);
      }
      const facts = { tool: identity, callId: call.id, signal: config.signal };
      return await execute(tollgate, facts, parsed.data, (args, signal) =>
        tool.invoke(args, { ...config, signal }),
      );
    } catch (error) {
      if (call.id === undefined || !(error instanceof ToolRefused) || error.tool !== tool.name) throw error;
      return refusalMessage(error, call.id);
    }
  });
  const gated: T = Object.create(tool, { bound: { value: bound, writable: false } });
  return gated;
}
