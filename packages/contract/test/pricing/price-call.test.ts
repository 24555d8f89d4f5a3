import { addUsd, compareUsd, inputTotal, priceCall, type TokenPrices, type Usage } from '@tollgate/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const PRICES: TokenPrices = {
  input: '0.0000025',
  output: '0.00001',
  cache_read: '0.00000125',
  cache_creation: '0.000003125',
  cache_creation_1h: '0.000005',
  reasoning: '0.00002',
};
const MAX = 1_000_000_000;

/** Usage as it is once normalised: what was cached is part of the input, what was thought is part of the output. */
const usages = fc
  .record({
    uncached: fc.nat(400_000_000),
    read: fc.nat(200_000_000),
    short: fc.nat(200_000_000),
    hourly: fc.nat(200_000_000),
    said: fc.nat(500_000_000),
    thought: fc.nat(500_000_000),
  })
  .map(({ uncached, read, short, hourly, said, thought }) => ({
    input_tokens: uncached + read + short + hourly,
    cache_read_tokens: read,
    cache_creation_tokens: short + hourly,
    cache_creation_1h_tokens: hourly,
    output_tokens: said + thought,
    reasoning_tokens: thought,
  }));

/** Up to a dollar a token, with 15 decimals. */
const rate = fc
  .bigInt({ min: 0n, max: 10n ** 15n })
  .map((femto) => `${femto / 10n ** 15n}.${String(femto % 10n ** 15n).padStart(15, '0')}`);
const rates = fc.record({
  input: rate,
  output: rate,
  cache_read: fc.option(rate),
  cache_creation: rate,
  cache_creation_1h: rate,
  reasoning: fc.option(rate),
});

/** An independent computation in units of 10^-15 dollars. */
const femto = (usd: string): bigint => {
  const [whole = '0', fraction = ''] = usd.split('.');
  return BigInt(whole) * 10n ** 15n + BigInt(fraction.padEnd(15, '0'));
};
const priced = (usage: Usage, prices: TokenPrices) => {
  const pricing = priceCall(usage, prices);
  if (pricing.kind !== 'priced') throw new Error(`unpriced: ${pricing.reason}`);
  return pricing;
};

describe('priceCall', () => {
  test('is exact for any counts and prices', () => {
    fc.assert(
      fc.property(usages, rates, (usage, prices) => {
        const read = BigInt(usage.cache_read_tokens);
        const hourly = BigInt(usage.cache_creation_1h_tokens);
        const short = BigInt(usage.cache_creation_tokens) - hourly;
        const thought = prices.reasoning === null ? 0n : BigInt(usage.reasoning_tokens);
        const expected =
          (BigInt(usage.input_tokens) - read - hourly - short) * femto(prices.input) +
          read * femto(prices.cache_read ?? prices.input) +
          short * femto(prices.cache_creation) +
          hourly * femto(prices.cache_creation_1h) +
          (BigInt(usage.output_tokens) - thought) * femto(prices.output) +
          thought * femto(prices.reasoning ?? '0');
        expect(femto(priced(usage, prices).usd)).toBe(expected);
      }),
    );
  });

  test('its lines sum to the total and account for every token once', () => {
    fc.assert(
      fc.property(usages, rates, (usage, prices) => {
        const { usd, lines } = priced(usage, prices);
        expect(compareUsd(addUsd('0', ...lines.map((line) => line.usd)), usd)).toBe(0);
        const tokens = (kinds: readonly string[]) =>
          lines.filter(({ kind }) => kinds.includes(kind)).reduce((sum, line) => sum + line.tokens, 0);
        expect(tokens(['input', 'cache_read', 'cache_creation', 'cache_creation_1h'])).toBe(
          usage.input_tokens,
        );
        expect(tokens(['output', 'reasoning'])).toBe(usage.output_tokens);
      }),
    );
  });

  test('more tokens of any kind never cost less', () => {
    const kinds = ['uncached', 'read', 'short', 'hourly', 'said', 'thought'] as const;
    fc.assert(
      fc.property(usages, rates, fc.constantFrom(...kinds), fc.nat(1000), (usage, prices, kind, more) => {
        const inn = kind === 'said' || kind === 'thought' ? 0 : more;
        const grown = {
          input_tokens: usage.input_tokens + inn,
          cache_read_tokens: usage.cache_read_tokens + (kind === 'read' ? more : 0),
          cache_creation_tokens:
            usage.cache_creation_tokens + (kind === 'short' || kind === 'hourly' ? more : 0),
          cache_creation_1h_tokens: usage.cache_creation_1h_tokens + (kind === 'hourly' ? more : 0),
          output_tokens: usage.output_tokens + (more - inn),
          reasoning_tokens: usage.reasoning_tokens + (kind === 'thought' ? more : 0),
        };
        fc.pre(grown.input_tokens <= MAX && grown.output_tokens <= MAX);
        expect(compareUsd(priced(grown, prices).usd, priced(usage, prices).usd)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('unknown is not zero', () => {
    expect(priceCall({}, PRICES)).toEqual({ kind: 'unpriced', reason: 'no_usage' });
    expect(priceCall({ input_tokens: 1 }, PRICES)).toEqual({ kind: 'unpriced', reason: 'no_usage' });
    const usage = { input_tokens: 1, output_tokens: 1 };
    expect(priceCall(usage, undefined)).toEqual({ kind: 'unpriced', reason: 'no_price' });
    expect(priceCall(usage, { ...PRICES, output: null })).toEqual({ kind: 'unpriced', reason: 'no_price' });
    expect(priceCall({ input_tokens: 0, output_tokens: 0 }, PRICES)).toEqual({
      kind: 'priced',
      usd: '0',
      lines: [],
    });
  });

  test('whatever is missing of what a call needs, it is unpriced or costs what it would with nothing cheaper', () => {
    const some = fc.option(fc.nat(MAX), { nil: undefined });
    const usage = fc.record({
      input_tokens: some,
      output_tokens: some,
      cache_read_tokens: some,
      cache_creation_tokens: some,
      cache_creation_1h_tokens: some,
      reasoning_tokens: some,
    });
    fc.assert(
      fc.property(usage, (counts) => {
        const given = Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
        const pricing = priceCall(given, PRICES);
        const used = Object.values(given).some((count) => (count ?? 0) > 0);
        if (pricing.kind === 'priced') expect(compareUsd(pricing.usd, '0') > 0).toBe(used);
        else expect(counts.input_tokens === undefined || counts.output_tokens === undefined).toBe(true);
      }),
    );
  });

  test.each([-1, 0.5, 3 * MAX + 1, 2 ** 62, Number.NaN, Number.POSITIVE_INFINITY])(
    '%s tokens are a count that cannot be read, for every kind',
    (count) => {
      const kinds = ['input', 'output', 'cache_read', 'cache_creation', 'cache_creation_1h', 'reasoning'];
      for (const kind of kinds)
        expect(priceCall({ input_tokens: 1, output_tokens: 1, [`${kind}_tokens`]: count }, PRICES)).toEqual({
          kind: 'unpriced',
          reason: 'unreadable_usage',
        });
    },
  );

  test.each(['1.000000000000001', '-0.1', '0.0000000000000001', '99999999999999999999'])(
    'a price of %s a token is nonsense, and none',
    (price) => {
      const usage = { input_tokens: 1, output_tokens: 1 };
      expect(priceCall(usage, { ...PRICES, cache_read: price })).toEqual({
        kind: 'unpriced',
        reason: 'no_price',
      });
    },
  );

  test('an input smaller than its cached tokens excludes them', () => {
    const usage = { input_tokens: 10, cache_read_tokens: 100, output_tokens: 0 };
    expect(priced(usage, PRICES).usd).toBe('0.00015');
    expect(inputTotal(usage)).toBe(110);
  });

  test('writes for an hour are part of all writes, and a price for five minutes does not settle them', () => {
    const usage = {
      input_tokens: 100,
      output_tokens: 0,
      cache_creation_tokens: 100,
      cache_creation_1h_tokens: 40,
    };
    expect(priced(usage, PRICES).lines).toEqual([
      { kind: 'cache_creation', tokens: 60, usd_per_token: '0.000003125', usd: '0.0001875' },
      { kind: 'cache_creation_1h', tokens: 40, usd_per_token: '0.000005', usd: '0.0002' },
    ]);
    expect(priceCall(usage, { ...PRICES, cache_creation_1h: null })).toEqual({
      kind: 'unpriced',
      reason: 'no_price',
    });
    // A model whose writes have no price of their own at all: they are input.
    const plain = { ...PRICES, cache_creation: null, cache_creation_1h: null };
    expect(priced(usage, plain).usd).toBe('0.00025');
  });

  test('reasoning costs as output, unless it has a price of its own', () => {
    const usage = { input_tokens: 0, output_tokens: 10, reasoning_tokens: 4 };
    expect(priced(usage, { ...PRICES, reasoning: null }).lines).toMatchObject([
      { kind: 'output', tokens: 10 },
    ]);
    expect(priced(usage, PRICES).lines).toMatchObject([
      { kind: 'output', tokens: 6 },
      { kind: 'reasoning', tokens: 4 },
    ]);
  });
});
