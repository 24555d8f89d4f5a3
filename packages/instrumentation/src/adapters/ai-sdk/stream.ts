import type { LanguageModelMiddleware } from 'ai';
import type { AiSdkResponse, AiSdkUsage } from './report.ts';

type WrapStream = NonNullable<LanguageModelMiddleware['wrapStream']>;
type PartStream = Awaited<ReturnType<WrapStream>>['stream'];
type Part = PartStream extends ReadableStream<infer P> ? P : never;

/** Characters of text that are kept for the record. */
const MAX_TEXT = 1_000_000;

/** What a stream has shown by its end. Without usage, none is known. */
export interface Observed {
  usage: AiSdkUsage | undefined;
  response: AiSdkResponse | undefined;
  readonly output: { text: string; readonly tool_calls: unknown[] };
  /** Set where the stream failed or was broken off. */
  error: unknown;
}

/** The same stream; `ended` hears once how it went: at its end, when it fails, or when its reader turns away. */
export function observeStream(stream: PartStream, ended: (seen: Observed) => Promise<void>): PartStream {
  const reader = stream.getReader();
  const seen: Observed = {
    usage: undefined,
    response: undefined,
    output: { text: '', tool_calls: [] },
    error: undefined,
  };
  return new ReadableStream<Part>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          note(seen, value);
          controller.enqueue(value);
          return;
        }
      } catch (error) {
        seen.error = error;
        await ended(seen);
        controller.error(error);
        return;
      }
      if (seen.usage === undefined) seen.error ??= new Error('the stream ended without its usage');
      await ended(seen);
      controller.close();
    },
    async cancel(reason) {
      seen.error = reason ?? new DOMException('the stream was broken off', 'AbortError');
      await ended(seen);
      await reader.cancel(reason);
    },
  });
}

function note(seen: Observed, part: Part): void {
  if (part.type === 'text-delta' && seen.output.text.length < MAX_TEXT) seen.output.text += part.delta;
  if (part.type === 'tool-call') seen.output.tool_calls.push({ tool: part.toolName, input: part.input });
  if (part.type === 'response-metadata') seen.response = { ...seen.response, ...defined(part) };
  if (part.type === 'finish') seen.usage = part.usage;
  if (part.type === 'error') seen.error = part.error;
}

function defined({ id, modelId }: AiSdkResponse): AiSdkResponse {
  return { ...(id === undefined ? {} : { id }), ...(modelId === undefined ? {} : { modelId }) };
}
