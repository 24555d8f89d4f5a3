import type { InvalidToolCall, ToolCallChunk } from '@langchain/core/messages';
import { TollgateError } from '@tollgate/contract';
import type { Tollgate } from '../../face.ts';
import { ToolRefused } from '../../refused.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { openTool } from '../shared/open-tool.ts';
import { isAiMessage } from './message.ts';

/** A tool call whose arguments are not the JSON object that they have to be, as the model wrote it. */
export interface MalformedCall {
  readonly id: string | undefined;
  readonly name: string;
  readonly text: string;
}

const refusals = new WeakMap<GovernedRun, Map<string, ToolRefused>>();

/**
 * Refuses, on record, calls that LangChain would drop without a word, or, where they were cut short in a stream, repair and
 * execute. A gated tool that is called with such an id all the same throws this very refusal.
 */
export async function refuseMalformed(
  tollgate: Tollgate,
  run: GovernedRun,
  calls: readonly MalformedCall[],
): Promise<void> {
  for (const { id, name, text } of calls) {
    const refused = await refuse(tollgate, run, name, text, id, 'a JSON object');
    const known = refusals.get(run) ?? new Map<string, ToolRefused>();
    if (id !== undefined) refusals.set(run, known.set(id, refused));
  }
}

/** Puts a call on record that nothing is executed for, whatever policy says of its tool. */
export async function refuse(
  tollgate: Tollgate,
  run: GovernedRun,
  name: string,
  args: unknown,
  callId: string | undefined,
  expected: string,
  path: readonly PropertyKey[] = [],
): Promise<ToolRefused> {
  const problem = { success: false, error: { issues: [{ path, message: expected }] } } as const;
  const tool = { name, parameters: { safeParse: () => problem } };
  try {
    await (await openTool(tollgate, tool, args, { run, callId })).lost();
  } catch (error) {
    if (error instanceof ToolRefused) return error;
    throw error;
  }
  throw new TollgateError('internal', `"${name}" was let through with arguments that it does not take.`);
}

export function takeRefusal(run: GovernedRun, callId: string | undefined): ToolRefused | undefined {
  const known = refusals.get(run);
  if (known === undefined || callId === undefined) return undefined;
  const refused = known.get(callId);
  known.delete(callId);
  return refused;
}

/**
 * Calls that were refused for their form become calls without arguments, so that the agent's loop asks the gated tool, and the
 * model reads the refusal as their answer. Others stay as they are.
 */
export function answerable<T>(run: GovernedRun, message: T): T {
  if (!isAiMessage(message)) return message;
  const known = refusals.get(run);
  const { tool_calls = [], invalid_tool_calls = [] } = message;
  const asked = invalid_tool_calls.flatMap(({ id, name = '' }) =>
    id !== undefined && known?.has(id) === true ? [{ id, name, args: {}, type: 'tool_call' as const }] : [],
  );
  if (asked.length === 0) return message;
  message.tool_calls = [...tool_calls, ...asked];
  message.invalid_tool_calls = invalid_tool_calls.filter(({ id }) => asked.every((call) => call.id !== id));
  return message;
}

/** What is wrong with a whole message's calls. One that was put together from a stream still shows the text of each. */
export function malformedIn(message: unknown): readonly MalformedCall[] {
  if (!isAiMessage(message)) return [];
  const chunks: unknown = Reflect.get(message, 'tool_call_chunks');
  if (Array.isArray(chunks) && chunks.length > 0) return malformedChunks(chunks as ToolCallChunk[]);
  return (message.invalid_tool_calls ?? []).map(({ id, name = '', args = '' }: InvalidToolCall) => ({
    id,
    name,
    text: args,
  }));
}

interface WrittenCall {
  readonly id: string | undefined;
  readonly index: number | undefined;
  readonly name: string;
  text: string;
  readonly custom: boolean;
}

/** Pieces are put together as LangChain does it: by id and index where both are there, otherwise by the one that is. */
export function malformedChunks(chunks: readonly ToolCallChunk[]): readonly MalformedCall[] {
  const calls: WrittenCall[] = [];
  for (const chunk of chunks) {
    const { id, index, name = '', args = '' } = chunk;
    const known = calls.find((call) => belongs(call, id, index));
    if (known !== undefined) known.text += args;
    else calls.push({ id, index, name, text: args, custom: Reflect.get(chunk, 'isCustomTool') === true });
  }
  // A custom tool's argument is text, not JSON.
  return calls.filter(({ text, custom }) => !custom && !isJsonObject(text));
}

function belongs(call: WrittenCall, id: string | undefined, index: number | undefined): boolean {
  if (id === undefined || id === '') return index !== undefined && call.index === index;
  return call.id === id && (index === undefined || call.index === index);
}

/** No text at all is how providers write a call without arguments. */
function isJsonObject(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
