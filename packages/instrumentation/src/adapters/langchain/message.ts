import { type AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages';
import type { ToolRefused } from '../../refused.ts';

/** What the agent's model reads instead of a result. */
export function refusalMessage(refused: ToolRefused, callId: string): ToolMessage {
  return new ToolMessage({
    status: 'error',
    content: refused.message,
    tool_call_id: callId,
    name: refused.tool,
  });
}

export function isMessage(value: unknown): value is BaseMessage {
  return (
    typeof value === 'object' &&
    value !== null &&
    'getType' in value &&
    typeof value.getType === 'function' &&
    'content' in value
  );
}

export function isAiMessage(value: unknown): value is AIMessage {
  return isMessage(value) && value.getType() === 'ai';
}

/** A message as what it says, without the framework's serialisation around it; anything else as it is. */
export function plainMessage(value: unknown): unknown {
  if (!isMessage(value)) return value;
  const kept = ['name', 'tool_calls', 'tool_call_id', 'status'].flatMap((key) => {
    const field: unknown = Reflect.get(value, key);
    return field === undefined || (Array.isArray(field) && field.length === 0) ? [] : [[key, field]];
  });
  return { role: value.getType(), content: value.content, ...Object.fromEntries(kept) };
}
