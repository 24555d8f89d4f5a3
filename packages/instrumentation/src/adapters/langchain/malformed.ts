import type { InvalidToolCall, ToolCallChunk } from '@langchain/core/messages';
import type { GovernedRun } from '../../run/governed-run.ts';
import { isJsonObject, isRefused, type MalformedCall } from '../shared/refuse-malformed.ts';
import { isAiMessage } from './message.ts';

/**
 * Calls that were refused for their form become calls without arguments, so that the agent's loop asks the gated tool, and the
 * model reads the refusal as their answer. Others stay as they are.
 */
export function answerable<T>(run: GovernedRun, message: T): T {
  if (!isAiMessage(message)) return message;
  const { tool_calls = [], invalid_tool_calls = [] } = message;
  const asked = invalid_tool_calls.flatMap(({ id, name = '' }) =>
    id !== undefined && isRefused(run, id) ? [{ id, name, args: {}, type: 'tool_call' as const }] : [],
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
  // A custom tool's argument is text, not JSON; no text at all is how providers write a call without arguments.
  return calls
    .filter(({ text, custom }) => !custom && text.trim() !== '' && !isJsonObject(text))
    .map(({ id, name, text }) => ({ id, name, text }));
}

function belongs(call: WrittenCall, id: string | undefined, index: number | undefined): boolean {
  if (id === undefined || id === '') return index !== undefined && call.index === index;
  return call.id === id && (index === undefined || call.index === index);
}
