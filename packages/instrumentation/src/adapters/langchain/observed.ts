import type { ToolCallChunk, UsageMetadata } from '@langchain/core/messages';
import { mergeUsageMetadata } from '@langchain/core/messages';
import type { ChatGenerationChunk } from '@langchain/core/outputs';
import type { ModelReport } from '../../face.ts';
import type { MalformedCall } from '../shared/refuse-malformed.ts';
import { malformedChunks } from './malformed.ts';
import { responseId, responseModel, usageMetadataOf, usageOf } from './report.ts';
import { servedTier } from './service-tier.ts';

/** Characters of text that are kept for the record. */
const MAX_TEXT = 1_000_000;

/** Providers whose parts each repeat the output's total so far, where others' parts add up. */
const RUNNING_TOTALS: readonly string[] = ['anthropic'];

/** What a stream has shown so far. Without usage, none is known. */
export class Observed {
  private readonly runningTotals: boolean;
  private usage: UsageMetadata | undefined;
  private metadata: Record<string, unknown> = {};
  /** The provider's own counts; a later chunk may hold others than the first. */
  private raw: Record<string, unknown> | undefined;
  private tier: string | undefined;
  private id: string | undefined;
  private text = '';
  private readonly toolCalls: ToolCallChunk[] = [];

  constructor(provider: string) {
    this.runningTotals = RUNNING_TOTALS.includes(provider);
  }

  note({ message, text, generationInfo }: ChatGenerationChunk): void {
    this.addUsage(usageMetadataOf(message));
    const said: Record<string, unknown> = { ...generationInfo, ...message.response_metadata };
    this.metadata = { ...this.metadata, ...said };
    const { usage } = said;
    if (typeof usage === 'object') this.raw = { ...this.raw, ...usage };
    this.tier = servedTier(said, message) ?? this.tier;
    this.id ??= message.id;
    if (this.text.length < MAX_TEXT) this.text += text;
    const chunks: unknown = Reflect.get(message, 'tool_call_chunks');
    if (Array.isArray(chunks)) this.toolCalls.push(...(chunks as ToolCallChunk[]));
  }

  addUsage(usage: UsageMetadata | undefined): void {
    if (usage === undefined) return;
    const before = this.usage?.output_tokens ?? 0;
    this.usage = mergeUsageMetadata(this.usage, usage);
    if (this.runningTotals) this.usage.output_tokens = Math.max(before, usage.output_tokens);
  }

  malformed(): readonly MalformedCall[] {
    return malformedChunks(this.toolCalls);
  }

  report(): ModelReport {
    return {
      usage: this.usage === undefined ? undefined : usageOf(this.usage, this.raw),
      responseId: responseId(this.id, this.metadata),
      responseModel: responseModel(this.metadata),
      output: {
        text: this.text,
        tool_calls: this.toolCalls.map(({ name, id, args }) => ({ name, id, args })),
      },
      serviceTier: this.tier,
    };
  }
}
