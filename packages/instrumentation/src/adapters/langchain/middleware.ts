import { AIMessage, ToolMessage } from '@langchain/core/messages';
import { TollgateError } from '@tollgate/contract';
import { createMiddleware } from 'langchain';
import type { Tollgate } from '../../face.ts';
import { ToolRefused } from '../../refused.ts';
import { refuse, takeRefusal } from '../shared/refuse-malformed.ts';
import { requireRun } from '../shared/require-run.ts';
import { isBubbleUp } from './execution.ts';
import { type GateToolsOptions, gateOne } from './gate-tools.ts';
import { answerable } from './malformed.ts';
import { refusalMessage } from './message.ts';
import { meterModel } from './meter-model.ts';
import { meteredParts } from './metered-parts.ts';

export interface MiddlewareOptions extends GateToolsOptions {
  /**
   * What becomes of a tool's own failure. `message` (default): the model reads it, as in an agent without middleware.
   * `throw`: middleware further out gets it (`toolRetryMiddleware`), and if none takes it, the agent fails.
   */
  readonly toolErrors?: 'message' | 'throw' | undefined;
  /** Tools that the model's provider executes, by name or type, which no gate can stand before and which are let through. */
  readonly passThrough?: readonly string[] | undefined;
}

/**
 * Gates whatever tool is about to run and meters whatever model is about to be asked, gated and metered before or not, once.
 * Put it last in the list, next to tool and model: what other middleware exchanges is then seen, and its errors stop the call.
 */
export function tollgateMiddleware(tollgate: Tollgate, options: MiddlewareOptions = {}) {
  return createMiddleware({
    name: 'TollgateMiddleware',
    async wrapModelCall(request, handler) {
      for (const tool of request.tools) requireClientTool(tool, options.passThrough);
      const { value: model, models } = meteredParts(request.model, (found) => meterModel(tollgate, found));
      if (models === 0)
        throw new TollgateError('invalid_request', 'The agent’s model is none that can be metered here.');
      const answer = await handler({ ...request, model });
      return AIMessage.isInstance(answer) ? answerable(requireRun(tollgate, 'a model'), answer) : answer;
    },
    async wrapToolCall(request, handler) {
      const { toolCall, tool, runtime } = request;
      const callId = toolCall.id ?? '';
      try {
        if (tool !== undefined) return await handler({ ...request, tool: gateOne(tollgate, tool, options) });
        const run = requireRun(tollgate, toolCall.name);
        throw (
          (await takeRefusal(run, callId)) ??
          (await refuse(tollgate, run, toolCall.name, toolCall.args, callId, 'a tool that this agent has'))
        );
      } catch (error) {
        if (error instanceof ToolRefused && error.tool === toolCall.name)
          return refusalMessage(error, callId);
        if (options.toolErrors === 'throw' || runtime.signal?.aborted === true || !isToolsOwn(error))
          throw error;
        const content = `${error}\n Please fix your mistakes.`;
        return new ToolMessage({ status: 'error', content, tool_call_id: callId, name: toolCall.name });
      }
    },
  });
}

/** Not LangGraph's control flow, and not the gate's own complaint about how it was set up. */
function isToolsOwn(error: unknown): boolean {
  return !isBubbleUp(error) && !(error instanceof TollgateError);
}

function requireClientTool(tool: object, passThrough: readonly string[] = []): void {
  if ('lc_namespace' in tool || 'lc_runnable' in tool) return;
  const names = [Reflect.get(tool, 'name'), Reflect.get(tool, 'type')].map(String);
  if (names.some((name) => passThrough.includes(name))) return;
  throw new TollgateError(
    'invalid_request',
    `"${names.find((name) => name !== 'undefined')}" is executed by the model’s provider, so no gate can stand before it: name it in passThrough if it may be.`,
  );
}
