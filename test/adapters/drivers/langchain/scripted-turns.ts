import type { BaseMessage, UsageMetadata } from '@langchain/core/messages';
import {
  type Answer,
  ScriptedChatModel,
} from '../../../../packages/instrumentation/test/adapters/langchain/scripted-chat-model.ts';
import { type Scene, type Transcript, type Turn, type TurnUsage, textOf } from '../../driver.ts';

/** A chat model on LangChain's own base class, saying the turns; remembers what it got to read last. */
export function scriptedModel({ turns, model }: Pick<Scene, 'turns' | 'model'>) {
  const scripted = new ScriptedChatModel(turns.map(answerOf), {
    model: model.id,
    maxTokens: model.maxOutputTokens ?? null,
  });
  return {
    model: scripted,
    calls: () => scripted.asked,
    results: () => resultsIn(scripted.read.at(-1) ?? []),
  };
}

function answerOf(turn: Turn): Answer {
  const usage = usageOf(turn.usage);
  return 'text' in turn
    ? { text: turn.text, hangs: turn.breaksOff === true, usage }
    : { calls: turn.calls, usage };
}

/** LangChain's totals include cached and reasoning tokens. */
function usageOf(usage: TurnUsage | undefined): UsageMetadata | null {
  if (usage === undefined) return null;
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, reasoningTokens } = usage;
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    input_token_details: {
      ...(cacheReadTokens === undefined ? {} : { cache_read: cacheReadTokens }),
      ...(cacheCreationTokens === undefined ? {} : { cache_creation: cacheCreationTokens }),
    },
    output_token_details: reasoningTokens === undefined ? {} : { reasoning: reasoningTokens },
  };
}

function resultsIn(messages: readonly BaseMessage[]): Transcript['results'] {
  return messages
    .filter((message) => message.getType() === 'tool')
    .map((message) => ({
      id: String(Reflect.get(message, 'tool_call_id')),
      tool: message.name ?? '',
      text: textOf(message.content),
    }));
}
