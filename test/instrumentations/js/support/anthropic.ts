import type { Anthropic } from 'anthropic-sdk-1';
import type { Play, Stage } from './stage.ts';

const MODEL = 'claude-sonnet-4-5';

/** The scenarios of Anthropic's API, with its own SDK. Its own spans are on unless the environment says no. */
export function anthropicPlay(Client: typeof Anthropic, { anthropicUrl }: Stage): Play {
  const client = new Client({ apiKey: 'sk-none', baseURL: anthropicUrl, maxRetries: 2 });
  return async (scenario, prompt) => {
    const asked = { model: MODEL, max_tokens: 1000, messages: [{ role: 'user' as const, content: prompt }] };
    if (!scenario.stream) return client.messages.create(asked);
    const stream = await client.messages.create({ ...asked, stream: true });
    for await (const event of stream)
      if (scenario.ends === 'aborted' && event.type === 'content_block_delta') break;
    return undefined;
  };
}

/** Without the spans that Anthropic's SDK emits by itself; to be called before a client is made. */
export function silenceAnthropic(): void {
  process.env['ANTHROPIC_OPEN_TELEMETRY'] = 'false';
}
