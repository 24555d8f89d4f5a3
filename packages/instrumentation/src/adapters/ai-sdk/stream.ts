import type { LanguageModelMiddleware } from 'ai';
import { observeStream } from '../shared/observe.ts';
import type { WrittenCall } from './malformed.ts';
import { noteMetadata } from './provider-metadata.ts';
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
  metadata: unknown;
  tier: string | undefined;
  readonly output: { text: string; readonly tool_calls: unknown[] };
  /** Tool calls as the model wrote them. */
  readonly calls: WrittenCall[];
  /** Set where the stream failed or was broken off. */
  error: unknown;
}

/**
 * The same stream; `ended` hears once how it went: at its end, when it fails, or when its reader turns away. `hidesRaw`: its reader
 * has not asked for the provider's chunks, and does not get them.
 */
export function observeParts(
  stream: PartStream,
  ended: (seen: Observed) => Promise<void>,
  hidesRaw: boolean,
): PartStream {
  const seen: Observed = {
    usage: undefined,
    response: undefined,
    metadata: undefined,
    tier: undefined,
    output: { text: '', tool_calls: [] },
    calls: [],
    error: undefined,
  };
  return observeStream<Part>(
    stream,
    (part) => note(seen, part),
    (error) => {
      seen.error = error ?? seen.error;
      if (seen.usage === undefined) seen.error ??= new Error('the stream ended without its usage');
      return ended(seen);
    },
    (part) => !hidesRaw || part.type !== 'raw',
  );
}

function note(seen: Observed, part: Part): void {
  noteMetadata(seen, part);
  if (part.type === 'text-delta' && seen.output.text.length < MAX_TEXT) seen.output.text += part.delta;
  if (part.type === 'tool-call') {
    seen.output.tool_calls.push({ tool: part.toolName, input: part.input });
    seen.calls.push(part);
  }
  if (part.type === 'response-metadata') seen.response = { ...seen.response, ...defined(part) };
  if (part.type === 'finish') seen.usage = part.usage;
  if (part.type === 'error') seen.error = part.error;
}

function defined({ id, modelId }: AiSdkResponse): AiSdkResponse {
  return { ...(id === undefined ? {} : { id }), ...(modelId === undefined ? {} : { modelId }) };
}
