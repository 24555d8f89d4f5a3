import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import {
  AIMessage,
  AIMessageChunk,
  type AIMessageChunkFields,
  type AIMessageFields,
  type BaseMessage,
  type InvalidToolCall,
  type UsageMetadata,
} from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';

/** One answer: text, or calls with their arguments as the model wrote them. */
export interface Answer {
  readonly text?: string;
  readonly calls?: readonly { readonly id: string; readonly tool: string; readonly json: string }[];
  /** Default: some; null: none is reported. */
  readonly usage?: UsageMetadata | null | undefined;
  readonly error?: Error;
  /** A streamed answer sends half of its text, and then nothing more until it is aborted. */
  readonly hangs?: boolean;
}

const USAGE: UsageMetadata = {
  input_tokens: 100,
  output_tokens: 20,
  total_tokens: 120,
  input_token_details: { cache_read: 40, cache_creation: 10 },
  output_token_details: { reasoning: 5 },
};

export interface ModelFields {
  readonly model?: string | undefined;
  /** Default: 500, so that each call reserves what it can cost; null: unbounded. */
  readonly maxTokens?: number | null | undefined;
}

/** A chat model on LangChain's own base class that says what it is told, and parses arguments as the providers' packages do. */
export class ScriptedChatModel extends BaseChatModel {
  readonly model: string;
  readonly read: BaseMessage[][] = [];
  readonly bound: unknown[] = [];
  asked = 0;
  private readonly answers: readonly Answer[];
  private readonly maxTokens: number | null;

  constructor(answers: readonly Answer[], { model = 'gpt-4o-mini', maxTokens = 500 }: ModelFields = {}) {
    super({});
    this.answers = answers;
    this.model = model;
    this.maxTokens = maxTokens;
  }

  override _llmType(): string {
    return 'scripted';
  }

  override getLsParams(options: this['ParsedCallOptions']) {
    const limit = this.maxTokens === null ? {} : { ls_max_tokens: this.maxTokens };
    return { ...super.getLsParams(options), ls_provider: 'openai', ls_model_name: this.model, ...limit };
  }

  override bindTools(tools: unknown[]) {
    this.bound.push(tools);
    return this.withConfig({});
  }

  private next(messages: BaseMessage[]): Answer {
    this.read.push(messages);
    const answer = this.answers[this.asked] ?? { text: '' };
    this.asked += 1;
    if (answer.error !== undefined) throw answer.error;
    return answer;
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const { text = '', calls = [], usage = USAGE } = this.next(messages);
    const valid: { id: string; name: string; args: Record<string, unknown> }[] = [];
    const invalid: InvalidToolCall[] = [];
    for (const { id, tool: name, json } of calls)
      try {
        valid.push({ id, name, args: JSON.parse(json) });
      } catch {
        invalid.push({ id, name, args: json, error: 'not JSON', type: 'invalid_tool_call' });
      }
    const fields: AIMessageFields = {
      id: `resp-${this.asked}`,
      content: text,
      tool_calls: valid,
      invalid_tool_calls: invalid,
      response_metadata: { model_name: dated(this.model) },
    };
    const message = Object.assign(new AIMessage(fields), usage === null ? {} : { usage_metadata: usage });
    return { generations: [{ text, message }] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    manager?: { handleLLMNewToken(token: string): Promise<void> },
  ): AsyncGenerator<ChatGenerationChunk> {
    const { text = '', calls = [], usage = USAGE, hangs } = this.next(messages);
    const half = Math.ceil(text.length / 2);
    for (const piece of [text.slice(0, half), ...(hangs === true ? [] : [text.slice(half)])]) {
      if (piece === '') continue;
      yield chunk({ id: `resp-${this.asked}`, content: piece }, piece);
      await manager?.handleLLMNewToken(piece);
    }
    if (hangs === true) await new Promise((_, reject) => rejectOnAbort(options.signal, reject));
    for (const [index, { id, tool: name, json }] of calls.entries())
      for (const piece of [{ id, name, args: json.slice(0, 5) }, { args: json.slice(5) }])
        yield chunk({ content: '', tool_call_chunks: [{ ...piece, index, type: 'tool_call_chunk' }] });
    const last = { content: '', response_metadata: { model_name: dated(this.model) } };
    yield chunk(last, '', usage);
  }
}

function chunk(fields: AIMessageChunkFields, text = '', usage?: UsageMetadata | null): ChatGenerationChunk {
  const message = new AIMessageChunk(fields);
  // The type of the field does not take what the class does.
  return new ChatGenerationChunk({
    message: usage == null ? message : Object.assign(message, { usage_metadata: usage }),
    text,
  });
}

function rejectOnAbort(signal: AbortSignal | undefined, reject: (reason: unknown) => void): void {
  signal?.addEventListener('abort', () => reject(signal.reason));
}

/** Providers answer with the dated name of what was asked for by its alias. */
function dated(model: string): string {
  return model === 'gpt-4o-mini' ? 'gpt-4o-mini-2024-07-18' : model;
}
