import { MockLanguageModelV4 } from 'ai/test';
import { type Scene, Script, type Transcript, type Turn, type TurnUsage, textOf } from '../../driver.ts';

type Generated = Awaited<ReturnType<MockLanguageModelV4['doGenerate']>>;
type Streamed = Awaited<ReturnType<MockLanguageModelV4['doStream']>>;
type Part = Streamed['stream'] extends ReadableStream<infer P> ? P : never;
type Prompt = Parameters<MockLanguageModelV4['doGenerate']>[0]['prompt'];

/** The AI SDK's own test model, saying the turns; remembers what it got to read last. */
export function scriptedModel(scene: Pick<Scene, 'model' | 'turns'>) {
  const script = new Script(scene.turns);
  let read: Prompt = [];
  const answer = (prompt: Prompt): Generated => {
    read = prompt;
    return generated(script.next(), script.calls, scene.model.id);
  };
  const model = new MockLanguageModelV4({
    provider: `${scene.model.provider}.chat`,
    modelId: scene.model.id,
    doGenerate: async ({ prompt }) => answer(prompt),
    doStream: async ({ prompt }) => {
      const turn = scene.turns[script.calls];
      const breaksOff = turn !== undefined && 'text' in turn && turn.breaksOff === true;
      return { stream: streamOf(answer(prompt), breaksOff) };
    },
  });
  return { model, calls: () => script.calls, results: () => resultsIn(read) };
}

function generated(turn: Turn, nth: number, modelId: string): Generated {
  const isText = 'text' in turn;
  return {
    content: isText
      ? [{ type: 'text', text: turn.text }]
      : turn.calls.map(({ id, tool, json }) => ({
          type: 'tool-call',
          toolCallId: id,
          toolName: tool,
          input: json,
        })),
    finishReason: { unified: isText ? 'stop' : 'tool-calls', raw: undefined },
    usage: usageOf(turn.usage),
    response: { id: `resp-${nth}`, modelId },
    warnings: [],
  };
}

/** Totals include cached and reasoning tokens, as the AI SDK's providers report them. */
function usageOf(usage: TurnUsage | undefined): Generated['usage'] {
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, reasoningTokens } = usage ?? {};
  const rest =
    inputTokens === undefined ? undefined : inputTokens - (cacheReadTokens ?? 0) - (cacheCreationTokens ?? 0);
  return {
    inputTokens: {
      total: inputTokens,
      noCache: rest,
      cacheRead: cacheReadTokens,
      cacheWrite: cacheCreationTokens,
    },
    outputTokens: { total: outputTokens, text: undefined, reasoning: reasoningTokens },
  };
}

/** A stream that breaks off sends half of its text, and then nothing until its reader turns away. */
function streamOf(
  { content, finishReason, usage, response }: Generated,
  breaksOff: boolean,
): Streamed['stream'] {
  const [first] = content;
  const text = first?.type === 'text' ? first.text : undefined;
  const parts: Part[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', ...response },
    ...(text === undefined
      ? content.filter((part) => part.type === 'tool-call')
      : ([
          { type: 'text-start', id: '1' },
          { type: 'text-delta', id: '1', delta: text.slice(0, Math.ceil(text.length / 2)) },
        ] satisfies Part[])),
  ];
  if (!breaksOff && text !== undefined)
    parts.push(
      { type: 'text-delta', id: '1', delta: text.slice(Math.ceil(text.length / 2)) },
      { type: 'text-end', id: '1' },
    );
  if (!breaksOff) parts.push({ type: 'finish', finishReason, usage });
  return new ReadableStream<Part>({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      if (!breaksOff) controller.close();
    },
  });
}

function resultsIn(prompt: Prompt): Transcript['results'] {
  return prompt.flatMap((message) =>
    message.role !== 'tool'
      ? []
      : message.content.flatMap((part) =>
          part.type !== 'tool-result'
            ? []
            : [
                {
                  id: part.toolCallId,
                  tool: part.toolName,
                  text: textOf('value' in part.output ? part.output.value : part.output),
                },
              ],
        ),
  );
}
