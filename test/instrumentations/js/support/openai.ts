import type { OpenAI } from 'openai';
import type { Play, Stage } from './stage.ts';

const MODEL = 'gpt-5-mini';

const TOOL = {
  type: 'function',
  function: {
    name: 'look_up',
    parameters: { type: 'object', properties: { key: { type: 'string' } }, required: ['key'] },
  },
} as const;

/** The scenarios of OpenAI's two APIs, with its own SDK. */
export function openaiPlay(Client: typeof OpenAI, { openaiUrl }: Stage): Play {
  const client = new Client({ apiKey: 'sk-none', baseURL: openaiUrl, maxRetries: 2 });
  return async (scenario, prompt) => {
    if (scenario.api === 'responses')
      return scenario.stream ? streamResponse(client, prompt, scenario.ends) : respond(client, prompt);
    if (scenario.name === 'chat-agent') return agent(client, prompt);
    return scenario.stream
      ? streamChat(client, prompt, scenario.ends, scenario.usageNotAsked)
      : chat(client, prompt, scenario.tier);
  };
}

const ask = (prompt: string) => [{ role: 'user' as const, content: prompt }];

async function chat(client: OpenAI, prompt: string, tier: 'flex' | 'priority' | undefined): Promise<void> {
  await client.chat.completions.create({
    model: MODEL,
    messages: ask(prompt),
    ...(tier === undefined ? {} : { service_tier: tier }),
  });
}

async function agent(client: OpenAI, prompt: string): Promise<void> {
  const first = await client.chat.completions.create({ model: MODEL, messages: ask(prompt), tools: [TOOL] });
  const message = first.choices[0]?.message;
  const call = message?.tool_calls?.[0];
  if (message === undefined || call === undefined) throw new Error('the model asked for no tool');
  await client.chat.completions.create({
    model: MODEL,
    messages: [...ask(prompt), message, { role: 'tool', tool_call_id: call.id, content: '1' }],
    tools: [TOOL],
  });
}

async function streamChat(
  client: OpenAI,
  prompt: string,
  ends: 'aborted' | 'failed' | undefined,
  usageNotAsked: true | undefined,
): Promise<void> {
  const stream = await client.chat.completions.create({
    model: MODEL,
    messages: ask(prompt),
    stream: true,
    ...(usageNotAsked ? {} : { stream_options: { include_usage: true } }),
  });
  for await (const chunk of stream) if (ends === 'aborted' && chunk.choices[0]?.delta.content) break;
}

async function respond(client: OpenAI, prompt: string): Promise<void> {
  await client.responses.create({ model: MODEL, input: prompt });
}

async function streamResponse(
  client: OpenAI,
  prompt: string,
  ends: 'aborted' | 'failed' | undefined,
): Promise<void> {
  const stream = await client.responses.create({ model: MODEL, input: prompt, stream: true });
  for await (const event of stream)
    if (ends === 'aborted' && event.type === 'response.output_text.delta') break;
}
