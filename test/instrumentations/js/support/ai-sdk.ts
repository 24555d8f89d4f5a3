import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, isStepCount, type LanguageModel, streamText, tool } from 'ai';
import { z } from 'zod';
import type { Scenario } from '../../scenarios.ts';
import type { Play, Stage } from './stage.ts';

const tools = { look_up: tool({ inputSchema: z.object({ key: z.string() }), execute: async () => '1' }) };

/** The scenarios with the AI SDK and its own providers; whoever calls this has registered its telemetry. */
export function aiSdkPlay({ openaiUrl, anthropicUrl }: Stage): Play {
  const openai = createOpenAI({ apiKey: 'sk-none', baseURL: openaiUrl });
  const anthropic = createAnthropic({ apiKey: 'sk-none', baseURL: `${anthropicUrl}/v1` });
  const models: Readonly<Record<Scenario['api'], LanguageModel>> = {
    chat: openai.chat('gpt-5-mini'),
    responses: openai.responses('gpt-5-mini'),
    messages: anthropic('claude-sonnet-4-5'),
  };
  return async (scenario, prompt) => {
    const { tier: serviceTier } = scenario;
    const asked = {
      model: models[scenario.api],
      prompt,
      ...(serviceTier === undefined ? {} : { providerOptions: { openai: { serviceTier } } }),
    };
    if (scenario.stream) return stream(asked, scenario);
    return generateText(
      scenario.name === 'chat-agent' ? { ...asked, tools, stopWhen: isStepCount(3) } : asked,
    );
  };
}

async function stream(asked: { model: LanguageModel; prompt: string }, { ends }: Scenario): Promise<void> {
  const abort = new AbortController();
  const result = streamText({ ...asked, abortSignal: abort.signal });
  for await (const _ of result.textStream) {
    if (ends !== 'aborted') continue;
    abort.abort();
    break;
  }
}
