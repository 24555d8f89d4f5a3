import { noteMetadata } from '../ai-sdk/provider-metadata.ts';
import { fieldOf } from '../shared/field-of.ts';
import { tierIn } from '../shared/service-tier.ts';
import type { AgentsResponse } from './report.ts';

/** Characters of a broken-off text that are kept for the record. */
const MAX_TEXT = 1_000_000;

/** What the events of a stream have shown so far. */
export class Observed {
  response: AgentsResponse | undefined;
  text = '';
  /** Only the chunks of a chat completion name the tier; their end, as the SDK makes it, does not. */
  tier: string | undefined;
  metadata: unknown;

  note(event: { readonly type: string }): void {
    if (event.type === 'response_done') this.response = Reflect.get(event, 'response');
    if (event.type === 'output_text_delta' && this.text.length < MAX_TEXT)
      this.text += String(Reflect.get(event, 'delta'));
    if (event.type === 'model') this.noteRaw(Reflect.get(event, 'event'));
  }

  /** A chunk of the provider, or a part of a model of the AI SDK. */
  private noteRaw(raw: unknown): void {
    this.tier = tierIn(fieldOf(raw, 'service_tier'), this.tier);
    noteMetadata(this, {
      type: String(fieldOf(raw, 'type')),
      providerMetadata: fieldOf(raw, 'providerMetadata'),
    });
  }
}
