import type { Keystream } from './keystream.ts';

export const WORDS = (
  'the customer asked about an invoice that arrived twice and wants to know when the order will be shipped because ' +
  'printer on third floor shows error after update please check account settings before you reply we have refunded ' +
  'amount to card ending in four digits our team looked into this problem found delivery address was wrong ticket ' +
  'label priority high billing question password reset link expired thank you for your patience with us today'
).split(' ') as [string, ...string[]];

/** Words in a random order: they compress about as text does. */
export function sentence(random: Keystream, words: number): string {
  return Array.from({ length: words }, () => random.pick(WORDS)).join(' ');
}
