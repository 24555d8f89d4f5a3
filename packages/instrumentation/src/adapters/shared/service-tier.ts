import { STANDARD_TIER, serviceTierOf } from '@tollgate/contract';
import { fieldOf } from './field-of.ts';

/** What is on record where a provider says that it was its ordinary service, in whatever words; without any, nothing is. */
export const ORDINARY_TIER = 'standard';

/** Longer than any tier's name; what a provider says is not trusted to be short. */
const MAX_NAME = 64;

/**
 * The first of these that names a service tier, by one name: the ordinary one is one word, others stay as said, in lower case, so
 * that a tier nobody knows is not priced as the ordinary one. Undefined where none of them says anything.
 */
export function tierIn(...said: readonly unknown[]): string | undefined {
  for (const one of said) {
    // Amazon Bedrock says { type }.
    const name = typeof one === 'string' ? one : fieldOf(one, 'type');
    const short = typeof name === 'string' ? name.trim().slice(0, MAX_NAME) : '';
    const tier = serviceTierOf(short);
    if (short !== '') return tier === STANDARD_TIER ? ORDINARY_TIER : tier;
  }
  return undefined;
}
