import type { MastraModelConfig } from '@mastra/core/llm';
import { MastraLanguageModelV2Mock } from '@mastra/core/test-utils/llm-mock';
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test';

/** One answer: text, or calls with their arguments as the model wrote them. */
export interface Answer {
  readonly text?: string;
  readonly calls?: readonly { readonly id: string; readonly tool: string; readonly json: string }[];
  /** Tokens as a v4 model reports them; null: none are reported. */
  readonly usage?: Usage | null | undefined;
  /** A streamed answer sends half of its text, and then nothing more until its reader turns away. */
  readonly hangs?: boolean;
}

type Generated = Awaited<ReturnType<MockLanguageModelV4['doGenerate']>>;
type Streamed = Awaited<ReturnType<MockLanguageModelV4['doStream']>>;
type Part = Streamed['stream'] extends ReadableStream<infer P> ? P : never;
type Prompt = Parameters<MockLanguageModelV4['doGenerate']>[0]['prompt'];
export type Usage = Generated['usage'];

export const USAGE: Usage = {
  inputTokens: { total: 100, noCache: 50, cacheRead: 40, cacheWrite: 10 },
  outputTokens: { total: 20, text: 15, reasoning: 5 },
};
const NONE: Usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

/** Neither test model is what Mastra's types take under `exactOptionalPropertyTypes`, although Mastra takes both. */
type ModelV4 = Extract<MastraModelConfig, { specificationVersion: 'v4' }>;
type ModelV2 = Extract<MastraModelConfig, { specificationVersion: 'v2' }>;

/** The AI SDK's own test model, asked by Mastra's loop; remembers what it got to read. */
export function scriptedModel(answers: readonly Answer[], modelId = 'gpt-4o-mini') {
  const read: Prompt[] = [];
  const next = (prompt: Prompt) => {
    read.push(prompt);
    return { answer: answers[read.length - 1] ?? { text: '' }, nth: read.length };
  };
  const fields: ConstructorParameters<typeof MockLanguageModelV4>[0] = {
    provider: 'openai.chat',
    modelId,
    doGenerate: async ({ prompt }) => {
      const { answer, nth } = next(prompt);
      return {
        content: contentOf(answer),
        finishReason: finishOf(answer),
        usage: usageOf(answer),
        response: { id: `resp-${nth}`, modelId },
        warnings: [],
      };
    },
    doStream: async ({ prompt }) => {
      const { answer, nth } = next(prompt);
      return { stream: streamOf(answer, { id: `resp-${nth}`, modelId }) };
    },
  };
  const model: ModelV4 = Reflect.construct(Object(MockLanguageModelV4), [fields]);
  return { model, read, asked: () => read.length };
}

function contentOf({ text, calls = [] }: Answer): Generated['content'] {
  const said = text === undefined ? [] : [{ type: 'text' as const, text }];
  return [
    ...said,
    ...calls.map(({ id, tool, json }) => ({
      type: 'tool-call' as const,
      toolCallId: id,
      toolName: tool,
      input: json,
    })),
  ];
}

function finishOf({ calls }: Answer): Generated['finishReason'] {
  return { unified: calls === undefined ? 'stop' : 'tool-calls', raw: undefined };
}

function usageOf({ usage = USAGE }: Answer): Usage {
  return usage ?? NONE;
}

function streamOf(answer: Answer, response: { id: string; modelId: string }): Streamed['stream'] {
  const { text = '', hangs = false } = answer;
  const half = Math.ceil(text.length / 2);
  const parts: Part[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', ...response },
  ];
  if (text !== '')
    parts.push({ type: 'text-start', id: '1' }, { type: 'text-delta', id: '1', delta: text.slice(0, half) });
  if (text !== '' && !hangs)
    parts.push({ type: 'text-delta', id: '1', delta: text.slice(half) }, { type: 'text-end', id: '1' });
  for (const part of contentOf(answer)) if (part.type === 'tool-call') parts.push(part);
  if (!hangs) parts.push({ type: 'finish', finishReason: finishOf(answer), usage: usageOf(answer) });
  if (!hangs) return simulateReadableStream({ chunks: parts, initialDelayInMs: null, chunkDelayInMs: null });
  return new ReadableStream<Part>({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
    },
  });
}

/** A model of specification v2, as those of the AI SDK 5 are; its Anthropic counts cached tokens apart from input. */
export function modelOfV2(text: string): ModelV2 {
  const usage = {
    inputTokens: 50,
    outputTokens: 20,
    totalTokens: 70,
    cachedInputTokens: 40,
    reasoningTokens: 5,
  };
  const providerMetadata = { anthropic: { cacheCreationInputTokens: 10 } };
  const fields: ConstructorParameters<typeof MastraLanguageModelV2Mock>[0] = {
    provider: 'anthropic.messages',
    modelId: 'claude-sonnet-4-5',
    doGenerate: async () => ({
      content: [{ type: 'text', text }],
      finishReason: 'stop',
      usage,
      providerMetadata,
      warnings: [],
    }),
    doStream: async () => ({
      stream: new ReadableStream({
        start(controller) {
          controller.enqueue({ type: 'stream-start', warnings: [] });
          controller.enqueue({ type: 'text-start', id: '1' });
          controller.enqueue({ type: 'text-delta', id: '1', delta: text });
          controller.enqueue({ type: 'text-end', id: '1' });
          controller.enqueue({ type: 'finish', finishReason: 'stop', usage, providerMetadata });
          controller.close();
        },
      }),
    }),
  };
  return Reflect.construct(Object(MastraLanguageModelV2Mock), [fields]);
}
