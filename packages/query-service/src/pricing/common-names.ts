/**
 * Names under which calls commonly arrive, so that a stock span of them is priced at insert and not a little later.
 * A name that is missing here costs one pass of the worker, and one that the price list does not have is left out.
 */
const MODELS: Readonly<Record<string, readonly string[]>> = {
  openai: [
    ...['gpt-4', 'gpt-4-turbo', 'gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-2024-11-20', 'gpt-4o-mini'],
    ...['gpt-4o-mini-2024-07-18', 'gpt-4.1', 'gpt-4.1-2025-04-14', 'gpt-4.1-mini', 'gpt-4.1-mini-2025-04-14'],
    ...['gpt-4.1-nano', 'gpt-5', 'gpt-5-2025-08-07', 'gpt-5-mini', 'gpt-5-mini-2025-08-07', 'gpt-5-nano'],
    ...['gpt-5.1', 'gpt-5.1-2025-11-13', 'o1', 'o1-mini', 'o3', 'o3-mini', 'o4-mini', 'o4-mini-2025-04-16'],
    ...['gpt-3.5-turbo', 'text-embedding-3-small', 'text-embedding-3-large'],
  ],
  anthropic: [
    ...['claude-3-haiku-20240307', 'claude-3-5-haiku-20241022', 'claude-3-5-haiku-latest'],
    ...['claude-3-5-sonnet-20241022', 'claude-3-5-sonnet-latest', 'claude-3-7-sonnet-20250219'],
    ...['claude-3-7-sonnet-latest', 'claude-sonnet-4-20250514', 'claude-sonnet-4-0', 'claude-sonnet-4-5'],
    ...['claude-sonnet-4-5-20250929', 'claude-opus-4-20250514', 'claude-opus-4-0', 'claude-opus-4-1'],
    ...['claude-opus-4-1-20250805', 'claude-opus-4-5', 'claude-haiku-4-5', 'claude-haiku-4-5-20251001'],
  ],
  google: [
    ...[
      'gemini-1.5-flash',
      'gemini-1.5-pro',
      'gemini-2.0-flash',
      'gemini-2.0-flash-lite',
      'gemini-2.5-flash',
    ],
    ...['gemini-2.5-flash-lite', 'gemini-2.5-pro', 'gemini-3-pro-preview'],
  ],
  mistral: ['mistral-large-latest', 'mistral-medium-latest', 'mistral-small-latest', 'codestral-latest'],
  groq: ['llama-3.1-8b-instant', 'llama-3.3-70b-versatile'],
  deepseek: ['deepseek-chat', 'deepseek-reasoner'],
  xai: ['grok-3', 'grok-3-mini', 'grok-4', 'grok-4-0709'],
  cohere: ['command-r', 'command-r-plus', 'command-a-03-2025'],
};

/** Other names that instrumentation gives to the same providers. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  openai: ['openai.responses', 'openai.chat', 'azure.ai.openai', 'az.ai.openai'],
  google: ['gcp.gemini', 'gcp.gen_ai', 'gcp.vertex_ai', 'vertex_ai'],
  mistral: ['mistral_ai'],
  xai: ['x_ai'],
};

/** A provider and a model as a span has them. */
interface SentName {
  readonly provider: string;
  readonly model: string;
}

export const COMMON_NAMES: readonly SentName[] = Object.entries(MODELS).flatMap(([provider, models]) =>
  [provider, ...(ALIASES[provider] ?? [])].flatMap((name) =>
    models.map((model) => ({ provider: name, model })),
  ),
);
