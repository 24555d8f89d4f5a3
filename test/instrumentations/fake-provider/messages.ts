import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Truth } from '../scenarios.ts';
import { type Call, type Event, sendEvents, sendJson, tierIn } from './wire.ts';

/** As the API dates a model that was asked for without a date. */
export const ANTHROPIC_MODEL = 'claude-sonnet-4-5-20250929';

/** `POST /v1/messages`. */
export async function answerMessages(
  { scenario, truth, body }: Call,
  response: ServerResponse,
): Promise<void> {
  const usage = { ...usageOf(truth), ...tierIn(scenario, 'standard') };
  const message = {
    id: `msg_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
    type: 'message',
    role: 'assistant',
    model: ANTHROPIC_MODEL,
    content: [{ type: 'text', text: 'One of many.' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage,
  };
  if (!body.stream) return sendJson(response, message);
  const breakAfter = scenario.ends === 'aborted' ? 3 : undefined;
  return sendEvents(response, events(message, usage), { breakAfter });
}

function events(message: object, usage: ReturnType<typeof usageOf>): readonly Event[] {
  // The API starts with what it knows: all of the input, and of the output a token.
  const begun = { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } };
  const list: readonly ({ readonly type: string } & Readonly<Record<string, unknown>>)[] = [
    { type: 'message_start', message: begun },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'One of ' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'many.' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
    { type: 'message_stop' },
  ];
  return list.map((data) => ({ event: data.type, data }));
}

/** Anthropic's input leaves out what was cached. */
function usageOf(truth: Truth) {
  const { input, output, cacheRead = 0, cacheCreation = 0, cacheCreationHour = 0, reasoning = 0 } = truth;
  return {
    input_tokens: input - cacheRead - cacheCreation,
    cache_creation_input_tokens: cacheCreation,
    cache_read_input_tokens: cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheCreation - cacheCreationHour,
      ephemeral_1h_input_tokens: cacheCreationHour,
    },
    output_tokens: output,
    output_tokens_details: { thinking_tokens: reasoning },
  };
}
