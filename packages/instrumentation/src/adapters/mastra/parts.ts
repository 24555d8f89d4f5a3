import { noteMetadata } from '../ai-sdk/provider-metadata.ts';
import type { AiSdkResponse } from '../ai-sdk/report.ts';
import { isJsonObject, type MalformedCall } from '../shared/refuse-malformed.ts';
import type { AnyUsage } from './usage.ts';

/** Characters of text that are kept for the record. */
const MAX_TEXT = 1_000_000;

/** One part of a stream or of a content, of any specification; those that are not read have other types. */
export interface Part {
  readonly type: string;
  readonly delta?: unknown;
  readonly text?: unknown;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly input?: unknown;
  readonly providerExecuted?: boolean | undefined;
  readonly id?: string | undefined;
  readonly modelId?: string | undefined;
  readonly usage?: AnyUsage;
  readonly providerMetadata?: unknown;
  readonly rawValue?: unknown;
  readonly error?: unknown;
}

/** What a model has shown so far. Without usage, none is known. */
export class ObservedParts {
  usage: AnyUsage | undefined;
  response: AiSdkResponse | undefined;
  metadata: unknown;
  tier: string | undefined;
  error: unknown;
  readonly output: { text: string; readonly tool_calls: unknown[] } = { text: '', tool_calls: [] };
  private readonly refuse: (call: MalformedCall) => void;

  /** `refuse` hears of calls that Mastra would repair, or answer itself without a record; at once, since it may be eager to execute. */
  constructor(refuse: (call: MalformedCall) => void) {
    this.refuse = refuse;
  }

  note(part: Part): void {
    const { type, delta, id, modelId } = part;
    noteMetadata(this, part);
    if (type === 'text-delta' && this.output.text.length < MAX_TEXT) this.output.text += String(delta);
    if (type === 'tool-call') this.noteCall(part);
    if (type === 'response-metadata')
      this.response = { id: id ?? this.response?.id, modelId: modelId ?? this.response?.modelId };
    if (type === 'error') this.error = part.error;
    if (type === 'finish') this.usage = part.usage;
  }

  private noteCall({ toolCallId, toolName = '', input, providerExecuted }: Part): void {
    this.output.tool_calls.push({ tool: toolName, input });
    const text = typeof input === 'string' ? input : JSON.stringify(input ?? null);
    if (providerExecuted !== true && !isJsonObject(text))
      this.refuse({ id: toolCallId, name: toolName, text });
  }
}
