import { fieldOf } from '../shared/field-of.ts';
import { hourWritesIn } from '../shared/hour-writes.ts';
import { ORDINARY_TIER, tierIn } from '../shared/service-tier.ts';

/** Providers that may have something to say about one call: one, and a gateway before it. */
const MAX_PROVIDERS = 8;

/** The tier that served a call, as its provider's metadata says it. */
export function servedTier(metadata: unknown): string | undefined {
  const said = sections(metadata);
  return tierIn(
    ...said.map((section) => fieldOf(section, 'serviceTier')),
    ...said.map((section) => fieldOf(section, 'usage', 'service_tier')),
  );
}

/** Tokens written to a cache for an hour: in the provider's own usage, which models before specification v3 have in their metadata only. */
export function hourWrites(raw: unknown, metadata: unknown): number | undefined {
  return hourWritesIn(raw, ...sections(metadata).map((section) => fieldOf(section, 'usage')));
}

/** Tokens written to a cache, where a model of specification v2 says so. */
export function cacheWrites(metadata: unknown): number | undefined {
  const anthropic = fieldOf(metadata, 'anthropic', 'cacheCreationInputTokens');
  const bedrock = fieldOf(metadata, 'bedrock', 'usage', 'cacheWriteInputTokens');
  return [anthropic, bedrock].find((count) => typeof count === 'number');
}

/** The tier that the options of a call ask its provider for; those of other providers are not for it. */
export function askedTier(
  providerOptions: unknown,
  { provider, modelId }: { readonly provider: string; readonly modelId: string },
): string | undefined {
  const named = optionsNames(provider === 'gateway' ? `gateway/${modelId}` : provider);
  const options = named.map((name) => fieldOf(providerOptions, name));
  return tierIn(
    ...options.map((section) => fieldOf(section, 'serviceTier')),
    ...options.map((section) => fieldOf(section, 'service_tier')),
  );
}

/**
 * The tier by which a call counts where its metadata names none: as in its answer, else as in its request. The request is read as it
 * was sent, since an SDK drops a tier that it takes a model not to have, and default settings inside of a model may ask for one.
 */
export function tierOnTheWire(result: unknown, asked: string | undefined): string | undefined {
  const served = tierIn(fieldOf(result, 'response', 'body', 'service_tier'));
  if (served !== undefined) return served;
  const request = fieldOf(result, 'request', 'body');
  if (typeof request !== 'object' || request === null) return asked;
  const sent = tierIn(fieldOf(request, 'service_tier'), fieldOf(request, 'serviceTier'));
  return sent ?? (asked === undefined ? undefined : ORDINARY_TIER);
}

/** A part of a stream, as far as it may tell what its call costs. */
interface TellingPart {
  readonly type: string;
  readonly rawValue?: unknown;
  readonly providerMetadata?: unknown;
}

/** Keeps what a part says of its call; of a stream that is broken off, Anthropic's models have told in its first `custom` part. */
export function noteMetadata(
  seen: { metadata: unknown; tier: string | undefined },
  { type, rawValue, providerMetadata }: TellingPart,
): void {
  if (type === 'raw') seen.tier = tierIn(fieldOf(rawValue, 'service_tier'), seen.tier);
  if (type === 'custom' || type === 'finish') seen.metadata = providerMetadata ?? seen.metadata;
}

/** Whether a call goes on with what its provider keeps: how much that is, has no bound that could be known here. */
export function goesOn(providerOptions: unknown): boolean {
  const kept = ['previousResponseId', 'conversation'];
  return sections(providerOptions).some((section) => kept.some((name) => fieldOf(section, name) != null));
}

/** Only the chunks of a chat completion's stream name the tier that serves it: the AI SDK passes them on to who asks for them. */
export function tellsTierInChunks(provider: string): boolean {
  return provider.endsWith('.chat');
}

function sections(metadata: unknown): readonly unknown[] {
  if (typeof metadata !== 'object' || metadata === null) return [];
  try {
    return Object.values(metadata).slice(0, MAX_PROVIDERS);
  } catch {
    return [];
  }
}

/** Whose options each API reads, whatever its provider is named. */
const OF_API: Readonly<Record<string, string>> = {
  chat: 'openai',
  completion: 'openai',
  messages: 'anthropic',
  responses: 'openai',
};

/** Under which names a provider finds its options: `azure.chat` reads those of `azure` and of `openai`. */
function optionsNames(provider: string): readonly string[] {
  const [family = ''] = provider.split('.');
  const words = provider.split(/[^A-Za-z0-9]+/).slice(0, MAX_PROVIDERS);
  const apis = words.flatMap((word) => (Object.hasOwn(OF_API, word) ? [OF_API[word] as string] : []));
  return [...new Set([family, ...words, ...apis])];
}
