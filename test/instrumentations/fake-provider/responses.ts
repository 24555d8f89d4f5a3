import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Truth } from '../scenarios.ts';
import { OPENAI_MODEL } from './chat.ts';
import { type Call, type Event, sendEvents, sendJson, tierIn } from './wire.ts';

const TEXT = 'One of many.';

/** `POST /v1/responses`. */
export async function answerResponses(
  { scenario, truth, body }: Call,
  response: ServerResponse,
): Promise<void> {
  const whole = { ...responseOf(truth), ...tierIn(scenario, 'default') };
  if (!body.stream) return sendJson(response, whole);
  const breakAfter = scenario.ends === 'aborted' ? 5 : undefined;
  return sendEvents(response, events(whole), { breakAfter });
}

type Whole = ReturnType<typeof responseOf>;

function responseOf({ input, output, cacheRead = 0, reasoning = 0 }: Truth) {
  const message = {
    id: `msg_${randomUUID()}`,
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: TEXT, annotations: [], logprobs: [] }],
  };
  return {
    id: `resp_${randomUUID()}`,
    object: 'response',
    created_at: 1_750_000_000,
    status: 'completed',
    model: OPENAI_MODEL,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: 1,
    top_p: 1,
    tool_choice: 'auto',
    tools: [],
    output: [message],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cacheRead },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    },
  };
}

function events(whole: Whole): readonly Event[] {
  const begun = { ...whole, status: 'in_progress', output: [], usage: null };
  const [message] = whole.output;
  const item = { item_id: message?.id, output_index: 0, content_index: 0 };
  const part = { type: 'output_text', text: '', annotations: [], logprobs: [] };
  const done = { ...part, text: TEXT };
  const list: readonly ({ readonly type: string } & Readonly<Record<string, unknown>>)[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...message, status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...item, part },
    { type: 'response.output_text.delta', ...item, delta: 'One of ', logprobs: [] },
    { type: 'response.output_text.delta', ...item, delta: 'many.', logprobs: [] },
    { type: 'response.output_text.done', ...item, text: TEXT, logprobs: [] },
    { type: 'response.content_part.done', ...item, part: done },
    { type: 'response.output_item.done', output_index: 0, item: message },
    { type: 'response.completed', response: whole },
  ];
  return list.map((data, sequence_number) => ({ event: data.type, data: { ...data, sequence_number } }));
}
