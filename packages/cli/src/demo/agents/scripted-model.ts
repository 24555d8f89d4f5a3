import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { MockLanguageModelV4 } from 'ai/test';
import type { ScenarioModel } from '../scenario.ts';
import type { ScriptedUsage, Step } from '../script.ts';

/**
 * A language model that answers from a script, one step a call, in the shape in which a provider answers: content,
 * usage with cached tokens, finish reason and response id. Everything around it is the AI SDK's real agent loop.
 */
export function scriptedModel(
  id: string,
  played: ScenarioModel,
  script: readonly Step[],
): MockLanguageModelV4 {
  let next = 0;
  return new MockLanguageModelV4({
    provider: played.provider,
    modelId: played.model,
    doGenerate: async () => {
      const index = next++;
      const step = script[index];
      if (step === undefined) throw new Error(`the script of "${id}" has no step ${index + 1}`);
      return answer(`${id}-${index + 1}`, played.model, step);
    },
  });
}

function answer(responseId: string, modelId: string, step: Step): LanguageModelV4GenerateResult {
  const toolCalls = step.calls.map(
    (scripted, index): LanguageModelV4Content => ({
      type: 'tool-call',
      toolCallId: `${responseId}-call-${index + 1}`,
      toolName: scripted.tool,
      input: JSON.stringify(scripted.arguments),
    }),
  );
  const text: LanguageModelV4Content[] = step.text === '' ? [] : [{ type: 'text', text: step.text }];
  return {
    content: [...text, ...toolCalls],
    finishReason: { unified: toolCalls.length > 0 ? 'tool-calls' : 'stop', raw: undefined },
    usage: usageOf(step.usage),
    response: { id: responseId, modelId },
    warnings: [],
  };
}

function usageOf({ input, output, cacheRead = 0, cacheWrite = 0, reasoning = 0 }: ScriptedUsage) {
  return {
    inputTokens: { total: input, noCache: input - cacheRead - cacheWrite, cacheRead, cacheWrite },
    outputTokens: { total: output, text: output - reasoning, reasoning },
  };
}
