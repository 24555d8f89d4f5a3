import type { Scenario, Truth } from '../scenarios.ts';

type Prices = {
  readonly [part in 'input' | 'cacheRead' | 'cacheCreation' | 'cacheCreationHour' | 'output']: number;
};

/** US dollars per million tokens, as OpenAI and Anthropic publish them for gpt-5-mini and Claude Sonnet 4.5. */
const OPENAI: Prices = { input: 0.25, cacheRead: 0.025, cacheCreation: 0, cacheCreationHour: 0, output: 2 };
const OPENAI_FLEX: Prices = { ...OPENAI, input: 0.125, cacheRead: 0.0125, output: 1 };
const ANTHROPIC: Prices = { input: 3, cacheRead: 0.3, cacheCreation: 3.75, cacheCreationHour: 6, output: 15 };

/** What a provider charges for a call, in ten-billionths of a dollar (exact integers). */
export function charged({ api, tier }: Scenario, truth: Truth): bigint {
  const prices = api === 'messages' ? ANTHROPIC : tier === 'flex' ? OPENAI_FLEX : OPENAI;
  const { input, output, cacheRead = 0, cacheCreation = 0, cacheCreationHour = 0 } = truth;
  const lines = [
    [input - cacheRead - cacheCreation, prices.input],
    [cacheRead, prices.cacheRead],
    [cacheCreation - cacheCreationHour, prices.cacheCreation],
    [cacheCreationHour, prices.cacheCreationHour],
    [output, prices.output],
  ] as const;
  return lines.reduce((sum, [count, price]) => sum + BigInt(count) * BigInt(Math.round(price * 10_000)), 0n);
}

/** A decimal amount in the same unit. @throws Error for more decimals than these prices can give */
export function inUnits(usd: string): bigint {
  const [whole = '0', decimals = ''] = usd.split('.');
  if (decimals.length > 10) throw new Error(`more decimals than expected: ${usd}`);
  return BigInt(whole) * 10_000_000_000n + BigInt(decimals.padEnd(10, '0'));
}
