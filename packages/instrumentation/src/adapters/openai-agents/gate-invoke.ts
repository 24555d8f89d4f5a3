import { getCurrentSpan, invokeFunctionTool, type Tool, ToolTimeoutError } from '@openai/agents';
import type { Tollgate, ToolDefinition } from '../../face.ts';
import { ToolRefused } from '../../refused.ts';
import { type OpenToolCall, openTool } from '../shared/open-tool.ts';
import { requireRun } from '../shared/require-run.ts';
import { type Details, type Invoke, onlyWith, type Read, readInput, withOverrides } from './read-input.ts';

export type FunctionTool = Extract<Tool, { type: 'function' }>;

/** What the gate should know of a tool besides what the SDK knows. */
export type ToolDetails = Pick<ToolDefinition<never, unknown>, 'reads' | 'hints' | 'rollbackNote'>;

/**
 * Puts one function tool behind the gate, in place: whoever holds it, or a copy of it, meets the gate. Its timeout counts
 * from the permit on, since waiting for a person is no timeout.
 */
export function gateInvoke(tollgate: Tollgate, tool: FunctionTool, details: ToolDetails): void {
  const own = tool.invoke;
  const behind: Behind = { ...tool, invoke: own.bind(tool) };
  const invoke: Invoke = (runContext, input, given) =>
    gatedInvoke({ tollgate, own: own as Invoke, behind, details }, runContext, input, given);
  Object.defineProperties(tool, {
    invoke: { value: invoke, enumerable: true, configurable: true },
    timeoutMs: { value: undefined, enumerable: true, configurable: true },
  });
}

/** The tool as it was: what is executed, and for how long at most. */
type Behind = FunctionTool;

interface Gated {
  readonly tollgate: Tollgate;
  /** What it is invoked by, not bound to it. */
  readonly own: Invoke;
  readonly behind: Behind;
  readonly details: ToolDetails;
}

async function gatedInvoke(
  gated: Gated,
  runContext: unknown,
  input: string,
  given: Details | undefined,
): Promise<unknown> {
  const { tollgate, own, behind, details } = gated;
  const run = requireRun(tollgate, behind.name);
  const read = await readInput(own, runContext, input, given);
  const signal: unknown = Reflect.get(given ?? {}, 'signal');
  const toolCall: unknown = Reflect.get(given ?? {}, 'toolCall');
  const callId: unknown = Reflect.get(Object(toolCall), 'callId');
  const call = async () => {
    const open = await openTool(
      tollgate,
      { ...details, name: behind.name, parameters: as(read) },
      read.kind === 'not_json' ? input : read.value,
      {
        run,
        callId: typeof callId === 'string' ? callId : undefined,
        signal: signal instanceof AbortSignal ? signal : undefined,
      },
    );
    return execute(behind, open, runContext, given);
  };
  try {
    return await run.track(call());
  } catch (error) {
    if (error instanceof ToolRefused) return refusal(behind, error, runContext, given);
    if (error instanceof ToolTimeoutError) return timedOut(behind, error, runContext, given);
    throw error;
  }
}

/** What was read is what is decided on; what could not be read is refused on record. */
function as(read: Read) {
  return {
    safeParse: () => {
      // Not in the parser's words: they quote the text, and what is expected goes into a record, where no content may be.
      if (read.kind === 'not_json') throw new Error('JSON');
      return read.kind === 'value'
        ? { success: true as const, data: read.value }
        : { success: false as const, error: { issues: [{ path: [], message: read.why }] } };
    },
  };
}

/** The SDK turns what a tool throws into text for the model; its span of the call says that it did. */
async function execute(
  behind: Behind,
  open: OpenToolCall,
  runContext: unknown,
  given: Details | undefined,
): Promise<unknown> {
  const failure = watchSpan();
  const details = given ?? {};
  let output: unknown;
  try {
    output = await invokeFunctionTool({
      tool: { ...behind, timeoutBehavior: 'raise_exception' },
      runContext: runContext as Parameters<FunctionTool['invoke']>[0],
      input: typeof open.args === 'string' ? open.args : JSON.stringify(open.args),
      details: withOverrides(details, { signal: open.signal, ...onlyWith(open.args, details) }),
    });
  } catch (error) {
    // Nobody waits for it any more, but it may still be under way.
    if (error instanceof ToolTimeoutError) await open.lost();
    else await open.failed(error);
    throw error;
  } finally {
    failure.stop();
  }
  if (failure.seen())
    await open.failed(new ToolFailed(typeof output === 'string' ? output : 'the tool failed'));
  else await open.done(output);
  return output;
}

/** A failure of which only the SDK's words for the model are known. */
class ToolFailed extends Error {
  override readonly name = 'tool_error';
}

const FAILED = 'Error running tool (non-fatal)';

function watchSpan(): { seen(): boolean; stop(): void } {
  const span = getCurrentSpan();
  if (span === null) return { seen: () => false, stop: () => {} };
  const original = span.setError;
  let seen = false;
  span.setError = (error) => {
    if (error.message === FAILED) seen = true;
    original.call(span, error);
  };
  return {
    seen: () => seen,
    stop: () => {
      span.setError = original;
    },
  };
}

/** In words, as the tool's answer. A tool with a schema for its output says itself how it fails, as the SDK has it. */
async function refusal(
  behind: Behind,
  error: ToolRefused,
  runContext: unknown,
  given: Details | undefined,
): Promise<unknown> {
  if (behind.outputSchema === undefined) return error.message;
  const say: unknown = behind.errorFunction;
  if (typeof say !== 'function') throw error;
  return Reflect.apply(say, behind, [runContext, error, given]);
}

async function timedOut(
  behind: Behind,
  error: ToolTimeoutError,
  runContext: unknown,
  given: Details | undefined,
): Promise<unknown> {
  if (behind.timeoutBehavior === 'raise_exception') throw error;
  const say: unknown = behind.timeoutErrorFunction;
  if (typeof say === 'function') return Reflect.apply(say, behind, [runContext, error, given]);
  return `Tool '${behind.name}' timed out after ${behind.timeoutMs}ms.`;
}
