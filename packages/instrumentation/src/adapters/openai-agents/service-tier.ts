import { askedTier as askedOfAiSdk, servedTier as servedByAiSdk } from '../ai-sdk/provider-metadata.ts';
import { fieldOf } from '../shared/field-of.ts';
import { tierIn } from '../shared/service-tier.ts';
import type { ModelIdentity } from './meter-model.ts';

/**
 * The tier that a call's `providerData` asks for, which the SDK sends along as it is. A model of the AI SDK, wrapped for this SDK,
 * finds its options by provider there.
 */
export function askedTier(providerData: unknown, { provider, model }: ModelIdentity): string | undefined {
  const bodies = ['extra_body', 'extraBody'].map((name) => fieldOf(providerData, name));
  const asked = tierIn(...[...bodies, providerData].map((body) => fieldOf(body, 'service_tier')));
  return asked ?? askedOfAiSdk(fieldOf(providerData, 'providerOptions'), { provider, modelId: model });
}

/** The tier that served a call: in the provider's answer, which the SDK hands on, or in what a model of the AI SDK made of it. */
export function servedTier(answer: unknown): string | undefined {
  const said = tierIn(
    fieldOf(answer, 'service_tier'),
    fieldOf(answer, 'usage', 'service_tier'),
    fieldOf(answer, 'response', 'body', 'service_tier'),
  );
  return said ?? servedByAiSdk(fieldOf(answer, 'providerMetadata'));
}
