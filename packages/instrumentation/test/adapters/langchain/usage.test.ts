import { AIMessageChunk, type UsageMetadata } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { expect, test } from 'vitest';
import { malformedChunks } from '../../../src/adapters/langchain/malformed.ts';
import { Observed } from '../../../src/adapters/langchain/observed.ts';
import { ObservedEvents } from '../../../src/adapters/langchain/observed-events.ts';
import { usageOf } from '../../../src/adapters/langchain/report.ts';

const cached = { cache_read: 40, cache_creation: 10 };
const usage = (input: number, output: number, details = cached): UsageMetadata => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  input_token_details: details,
});

test('cached tokens are part of the input, also where an older package of Anthropic’s leaves them out', () => {
  const raw = { input_tokens: 100, cache_read_input_tokens: 40, cache_creation_input_tokens: 10 };
  expect(usageOf(usage(150, 20), raw)).toMatchObject({ inputTokens: 150, cacheReadTokens: 40 });
  expect(usageOf(usage(100, 20), raw)).toMatchObject({ inputTokens: 150, cacheCreationTokens: 10 });
  expect(usageOf(usage(30, 20))).toMatchObject({ inputTokens: 80 });
  expect(usageOf(usage(100, 20))).toMatchObject({ inputTokens: 100 });
});

test('zero of everything is unknown', () => {
  expect(usageOf(usage(0, 0, { cache_read: 0, cache_creation: 0 }))).toBeUndefined();
});

test('the parts of a stream add up, but for those who repeat the total so far', () => {
  const part = (input: number, output: number) =>
    new ChatGenerationChunk({
      text: 'x',
      message: Object.assign(new AIMessageChunk({ content: 'x', id: 'resp' }), {
        usage_metadata: usage(input, output, { cache_read: 0, cache_creation: 0 }),
      }),
    });
  for (const [provider, output] of [
    ['anthropic', 20],
    ['gcp.gemini', 25],
  ] as const) {
    const seen = new Observed(provider);
    for (const chunk of [part(100, 5), part(0, 20)]) seen.note(chunk);
    expect(seen.report()).toMatchObject({
      usage: { inputTokens: 100, outputTokens: output },
      responseId: 'resp',
      output: { text: 'xx' },
    });
  }
});

test('what an early part of a stream says of tier and cache stays, whatever a later one counts', () => {
  const part = (said: object, counted: UsageMetadata) =>
    new ChatGenerationChunk({
      text: 'x',
      message: Object.assign(new AIMessageChunk({ content: 'x', response_metadata: { usage: said } }), {
        usage_metadata: counted,
      }),
    });
  const seen = new Observed('anthropic');
  const writes = { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 6 };
  seen.note(part({ service_tier: 'priority', cache_creation: writes }, usage(150, 1)));
  // As OpenRouter ends a message of Anthropic's.
  seen.note(part({ cost: 0.1 }, usage(0, 20, { cache_read: 0, cache_creation: 0 })));
  expect(seen.report()).toMatchObject({
    serviceTier: 'priority',
    usage: { cacheCreationTokens: 10, cacheCreation1hTokens: 6 },
  });
});

test('a model’s own events: the last snapshot is the usage, a cut call is malformed', () => {
  const seen = new ObservedEvents();
  seen.note({
    event: 'message-start',
    id: 'resp',
    usage: { input_tokens: 150, input_token_details: cached },
  });
  seen.note({ event: 'content-block-delta', index: 0, delta: { type: 'text-delta', text: 'Hel' } });
  seen.note({
    event: 'content-block-start',
    index: 1,
    content: { type: 'tool_call_chunk', id: 'c', name: 'set_label', args: '' },
  });
  seen.note({
    event: 'content-block-delta',
    index: 1,
    delta: { type: 'tool-call-delta', args: '{"ticket":' },
  });
  seen.note({
    event: 'content-block-finish',
    index: 1,
    content: { type: 'invalid_tool_call', id: 'c', name: 'set_label', args: '{"ticket":' },
  });
  seen.note({
    event: 'message-finish',
    usage: { output_tokens: 20 },
    responseMetadata: {
      ...{ model_name: 'm-1', service_tier: 'flex' },
      usage: { cache_creation: { ephemeral_1h_input_tokens: 6 } },
    },
  });
  expect(seen.malformed()).toEqual([{ id: 'c', name: 'set_label', text: '{"ticket":' }]);
  expect(seen.report()).toMatchObject({
    usage: {
      ...{ inputTokens: 150, outputTokens: 20, cacheReadTokens: 40 },
      ...{ cacheCreationTokens: 10, cacheCreation1hTokens: 6 },
    },
    responseId: 'resp',
    responseModel: 'm-1',
    serviceTier: 'flex',
    output: { text: 'Hel' },
  });
});

test('pieces of calls are put together as LangChain does it', () => {
  const piece = (fields: object) => ({ type: 'tool_call_chunk' as const, ...fields });
  expect(
    malformedChunks([
      piece({ index: 0, id: 'a', name: 'x', args: '{"a"' }),
      piece({ index: 0, args: ':1}' }),
      // Some providers send whole calls under one index.
      piece({ index: 0, id: 'b', name: 'x', args: '{}' }),
      piece({ index: 1, id: 'c', name: 'x' }),
      piece({ index: 2, id: 'd', name: 'x', args: '[]' }),
      piece({ index: 3, id: 'e', name: 'x', args: 'SELECT 1', isCustomTool: true }),
    ]).map(({ id, text }) => [id, text]),
  ).toEqual([['d', '[]']]);
});
