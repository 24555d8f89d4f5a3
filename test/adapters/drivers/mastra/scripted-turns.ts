import {
  type Answer,
  scriptedModel as scriptedAnswers,
  type Usage,
} from '../../../../packages/instrumentation/test/adapters/mastra/scripted-model.ts';
import { type Scene, type Transcript, type Turn, type TurnUsage, textOf } from '../../driver.ts';

/** The AI SDK's own test model, saying the turns; remembers what it got to read last. */
export function scriptedModel({ turns, model }: Pick<Scene, 'turns' | 'model'>) {
  const scripted = scriptedAnswers(turns.map(answerOf), model.id);
  return {
    model: scripted.model,
    calls: scripted.asked,
    results: (): Transcript['results'] =>
      (scripted.read.at(-1) ?? []).flatMap((message) =>
        message.role !== 'tool'
          ? []
          : message.content.flatMap((part) =>
              part.type !== 'tool-result'
                ? []
                : [
                    {
                      id: part.toolCallId,
                      tool: part.toolName,
                      text: textOf('value' in part.output ? part.output.value : part.output),
                    },
                  ],
            ),
      ),
  };
}

function answerOf(turn: Turn): Answer {
  const usage = usageOf(turn.usage);
  return 'text' in turn
    ? { text: turn.text, hangs: turn.breaksOff === true, usage }
    : { calls: turn.calls, usage };
}

/** Totals include cached and reasoning tokens, as models of specification v4 report them. */
function usageOf(usage: TurnUsage | undefined): Usage | null {
  if (usage === undefined) return null;
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, reasoningTokens } = usage;
  return {
    inputTokens: {
      total: inputTokens,
      noCache: inputTokens - (cacheReadTokens ?? 0) - (cacheCreationTokens ?? 0),
      cacheRead: cacheReadTokens,
      cacheWrite: cacheCreationTokens,
    },
    outputTokens: { total: outputTokens, text: undefined, reasoning: reasoningTokens },
  };
}
