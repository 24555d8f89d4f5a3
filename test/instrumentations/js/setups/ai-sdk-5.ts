import { generateText, streamText } from 'ai-5';
import { createAnthropic } from 'ai-sdk-anthropic-2';
import { openStage } from '../support/stage.ts';

const stage = openStage();
const anthropic = createAnthropic({ apiKey: 'sk-none', baseURL: `${stage.anthropicUrl}/v1` });
const model = anthropic('claude-sonnet-4-5');

await stage.run(async ({ stream, ends }, prompt) => {
  const abort = new AbortController();
  const asked = { model, prompt, abortSignal: abort.signal, experimental_telemetry: { isEnabled: true } };
  if (!stream) return generateText(asked);
  for await (const _ of streamText(asked).textStream) {
    if (ends !== 'aborted') continue;
    abort.abort();
    break;
  }
  return undefined;
});
