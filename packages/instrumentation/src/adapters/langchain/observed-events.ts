import type { ChatModelStreamEvent } from '@langchain/core/language_models/event';
import type { ToolCallChunk, UsageMetadata } from '@langchain/core/messages';
import type { ModelReport } from '../../face.ts';
import type { MalformedCall } from '../shared/refuse-malformed.ts';
import { malformedChunks } from './malformed.ts';
import { responseId, responseModel, usageOf } from './report.ts';
import { servedTier } from './service-tier.ts';

const MAX_TEXT = 1_000_000;

/** What a model's own event stream has shown so far. Its usages are snapshots: the highest of each count is the last. */
export class ObservedEvents {
  private usage: Partial<UsageMetadata> = {};
  private metadata: Record<string, unknown> = {};
  private tier: string | undefined;
  private id: string | undefined;
  private text = '';
  private readonly toolCalls: ToolCallChunk[] = [];
  private readonly invalid: MalformedCall[] = [];

  note(event: ChatModelStreamEvent): void {
    if ('usage' in event && event.usage !== undefined) this.usage = highest(this.usage, event.usage);
    if (event.event === 'message-start') this.id = event.id;
    if (event.event === 'message-finish') this.metadata = { ...event.responseMetadata };
    // A chat completion's first chunk, whose tier is known of a stream that is broken off as well.
    if (event.event === 'provider') this.tier = servedTier(event.payload) ?? this.tier;
    if (event.event === 'content-block-start') this.startBlock(event.index, event.content);
    if (event.event === 'content-block-finish') this.finishBlock(event.content);
    if (event.event !== 'content-block-delta') return;
    const { delta, index } = event;
    if (delta.type === 'text-delta' && this.text.length < MAX_TEXT) this.text += delta.text;
    if (delta.type === 'tool-call-delta') this.toolCalls.push({ index, args: delta.args });
  }

  malformed(): readonly MalformedCall[] {
    const found = malformedChunks(this.toolCalls);
    return [...found, ...this.invalid.filter(({ id }) => !found.some((call) => call.id === id))];
  }

  report(): ModelReport {
    const { input_tokens = 0, output_tokens = 0, total_tokens = 0 } = this.usage;
    return {
      usage: usageOf({ ...this.usage, input_tokens, output_tokens, total_tokens }, this.metadata['usage']),
      responseId: responseId(this.id, this.metadata),
      responseModel: responseModel(this.metadata),
      output: { text: this.text, tool_calls: this.toolCalls.filter(({ name }) => name !== undefined) },
      serviceTier: servedTier(this.metadata) ?? this.tier,
    };
  }

  private startBlock(index: number, content: { readonly type: string }): void {
    if (content.type !== 'tool_call_chunk') return;
    const { id, name, args } = content as ToolCallChunk;
    this.toolCalls.push({
      index,
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
      ...(args === undefined ? {} : { args }),
    });
  }

  private finishBlock(content: { readonly type: string }): void {
    if (content.type !== 'invalid_tool_call') return;
    const { id, name = '', args = '' } = content as { id?: string; name?: string; args?: string };
    this.invalid.push({ id, name, text: args });
  }
}

function highest(before: Partial<UsageMetadata>, now: Partial<UsageMetadata>): Partial<UsageMetadata> {
  const counts = (['input_tokens', 'output_tokens', 'total_tokens'] as const).map((key) => [
    key,
    Math.max(before[key] ?? 0, now[key] ?? 0),
  ]);
  return {
    ...Object.fromEntries(counts),
    input_token_details: { ...before.input_token_details, ...now.input_token_details },
    output_token_details: { ...before.output_token_details, ...now.output_token_details },
  };
}
