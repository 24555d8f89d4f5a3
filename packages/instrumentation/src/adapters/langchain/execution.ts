import type { Tollgate } from '../../face.ts';
import { type OpenToolCall, openTool, type ToolIdentity } from '../shared/open-tool.ts';
import { requireRun } from '../shared/require-run.ts';
import { plainMessage } from './message.ts';

/** One call of a tool, as LangChain knows it. */
export interface ToolCallFacts {
  readonly tool: ToolIdentity;
  readonly callId: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * The gate around a tool's own code. A tool that yields events is passed on as such, and ends when its generator does.
 * @throws ToolRefused; what `execute` throws otherwise.
 */
export function execute(
  tollgate: Tollgate,
  { tool, callId, signal }: ToolCallFacts,
  args: unknown,
  code: (args: unknown, signal: AbortSignal) => unknown,
): Promise<unknown> {
  const run = requireRun(tollgate, tool.name);
  const dispatch = async () => {
    const open = await openTool(tollgate, tool, asObject(args), { run, callId, signal });
    let result: unknown;
    try {
      result = await code(asGiven(args, open.args), open.signal);
    } catch (error) {
      await end(open, error);
      throw error;
    }
    if (isGenerator(result)) return observed(result, open);
    await open.done(plainMessage(result));
    return result;
  };
  return run.track(dispatch());
}

/** LangChain's tools of one text take it bare; policy and approvers see it as the argument `input`, as the model does. */
function asObject(args: unknown): unknown {
  if (args === undefined) return {};
  return typeof args === 'string' ? { input: args } : args;
}

function asGiven(args: unknown, decided: unknown): unknown {
  if (args !== undefined && typeof args !== 'string') return decided;
  return typeof decided === 'object' && decided !== null ? Reflect.get(decided, 'input') : undefined;
}

/**
 * LangGraph's control flow is thrown. A command to the parent graph is the tool's result. An interrupt is neither success nor
 * failure: what the tool did before it asked is unknown, and its execution on resume is a call of its own, through the gate again.
 */
function end(open: OpenToolCall, error: unknown): Promise<unknown> {
  if (!isBubbleUp(error)) return open.failed(error);
  const command: unknown = Reflect.get(error, 'command');
  return command === undefined ? open.lost() : open.done(command);
}

export function isBubbleUp(error: unknown): error is Error {
  return error instanceof Error && 'is_bubble_up' in error && error.is_bubble_up === true;
}

function isGenerator(value: unknown): value is AsyncGenerator<unknown, unknown, undefined> {
  return typeof value === 'object' && value !== null && 'next' in value && Symbol.asyncIterator in value;
}

async function* observed(
  events: AsyncGenerator<unknown, unknown, undefined>,
  open: OpenToolCall,
): AsyncGenerator<unknown, unknown, undefined> {
  try {
    for (;;) {
      const step = await events.next();
      if (step.done === true) {
        await open.done(plainMessage(step.value));
        return step.value;
      }
      yield step.value;
    }
  } catch (error) {
    await end(open, error);
    throw error;
  } finally {
    await open.lost();
    await events.return(undefined);
  }
}
