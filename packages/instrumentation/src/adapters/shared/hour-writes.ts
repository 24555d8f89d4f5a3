import { fieldOf } from './field-of.ts';

/** Tokens that were written to a cache for an hour, from the first of these usages that says so as Anthropic's API does. */
export function hourWritesIn(...usages: readonly unknown[]): number | undefined {
  const counts = usages.map((usage) => fieldOf(usage, 'cache_creation', 'ephemeral_1h_input_tokens'));
  return counts.find((count) => typeof count === 'number');
}
