import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Truth } from '../scenarios.ts';
import { type Call, type Event, sendEvents, sendJson, tierIn } from './wire.ts';

/** As the API dates a model that was asked for without a date. */
export const OPENAI_MODEL = 'gpt-5-mini-2025-08-07';

const WORDS = ['One ', 'of ', 'many.'] as const;

/** `POST /v1/chat/completions`. */
export async function answerChat(call: Call, response: ServerResponse): Promise<void> {
  const { scenario, truth, body, nth } = call;
  const head = {
    id: `chatcmpl-${randomUUID()}`,
    created: 1_750_000_000,
    model: OPENAI_MODEL,
    ...tierIn(scenario, 'default'),
  };
  if (body.stream) {
    const usage = body.stream_options?.include_usage === true ? usageOf(truth) : undefined;
    const breakAfter = scenario.ends === 'aborted' ? 2 : undefined;
    return sendEvents(response, chunks(head, usage), { breakAfter });
  }
  const calls = scenario.truth.length > nth + 1;
  sendJson(response, {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, logprobs: null, ...(calls ? TOOL_CALL : ANSWER) }],
    usage: usageOf(truth),
  });
}

const ANSWER = {
  finish_reason: 'stop',
  message: { role: 'assistant', content: WORDS.join(''), refusal: null },
} as const;

const TOOL_CALL = {
  finish_reason: 'tool_calls',
  message: {
    role: 'assistant',
    content: null,
    refusal: null,
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '{"key":"a"}' } }],
  },
} as const;

function chunks(head: object, usage: object | undefined): readonly Event[] {
  const chunk = (choices: readonly object[], rest: object = {}): Event => ({
    data: { ...head, object: 'chat.completion.chunk', choices, ...rest },
  });
  const choice = (delta: object, finish_reason: string | null) => ({
    index: 0,
    delta,
    logprobs: null,
    finish_reason,
  });
  const nullUsage = usage === undefined ? {} : { usage: null };
  return [
    chunk([choice({ role: 'assistant', content: '' }, null)], nullUsage),
    ...WORDS.map((content) => chunk([choice({ content }, null)], nullUsage)),
    chunk([choice({}, 'stop')], nullUsage),
    ...(usage === undefined ? [] : [chunk([], { usage })]),
    { data: '[DONE]' },
  ];
}

/** OpenAI's input includes what was cached, its output includes reasoning. */
function usageOf({ input, output, cacheRead = 0, reasoning = 0 }: Truth) {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cacheRead, audio_tokens: 0 },
    completion_tokens_details: {
      ...{ reasoning_tokens: reasoning, audio_tokens: 0 },
      ...{ accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
    },
  };
}
