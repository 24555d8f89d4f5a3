import { fieldOf } from '../shared/field-of.ts';
import { tierIn } from '../shared/service-tier.ts';

/**
 * The tier that served a call, as a message or its metadata says it. Of a chat completion in one piece LangChain keeps it only in the raw
 * response, and that only where the model is made with `__includeRawResponse`.
 */
export function servedTier(metadata: unknown, message?: unknown): string | undefined {
  return tierIn(
    fieldOf(metadata, 'service_tier'),
    // Amazon's package: in one piece, and of a stream.
    fieldOf(metadata, 'serviceTier'),
    fieldOf(metadata, 'metadata', 'serviceTier'),
    fieldOf(metadata, 'usage', 'service_tier'),
    fieldOf(message, 'additional_kwargs', '__raw_response', 'service_tier'),
  );
}
