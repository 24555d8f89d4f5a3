import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  addUsd,
  compareUsd,
  multiplyUsd,
  PRICE_VERSION,
  priceCall,
  pricesAt,
  pricesOf,
  resolveModel,
} from '@tollgate/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const PRICES = { input: '0.0000025', output: '0.00001', cache_read: '0.00000125', cache_creation: null };
const tokens = fc.nat(1_000_000_000);

/** An independent computation in units of 10^-15 dollars. */
const femto = (price: string) => BigInt(Math.round(Number(price) * 1e9)) * 1_000_000n;
const asFemto = (usd: string) => {
  const [whole = '0', fraction = ''] = usd.split('.');
  return BigInt(whole) * 10n ** 15n + BigInt(fraction.padEnd(15, '0'));
};

describe('priceCall', () => {
  test('is exact for any token counts, cached included in input', () => {
    fc.assert(
      fc.property(tokens, tokens, fc.float({ min: 0, max: 1, noNaN: true }), (input, output, share) => {
        const read = Math.floor(input * share);
        const priced = priceCall(
          { input_tokens: input, output_tokens: output, cache_read_tokens: read },
          PRICES,
        );
        const expected =
          BigInt(input - read) * femto(PRICES.input) +
          BigInt(read) * femto(PRICES.cache_read) +
          BigInt(output) * femto(PRICES.output);
        expect(priced.kind === 'priced' && asFemto(priced.usd)).toBe(expected);
      }),
    );
  });

  test('unknown is not zero', () => {
    expect(priceCall({}, PRICES)).toEqual({ kind: 'unpriced', reason: 'no_usage' });
    expect(priceCall({ input_tokens: 1 }, PRICES)).toEqual({ kind: 'unpriced', reason: 'no_usage' });
    expect(priceCall({ input_tokens: 1, output_tokens: 1 }, undefined)).toEqual({
      kind: 'unpriced',
      reason: 'no_price',
    });
    expect(priceCall({ input_tokens: 1, output_tokens: 1 }, { ...PRICES, output: null })).toEqual({
      kind: 'unpriced',
      reason: 'no_price',
    });
    expect(priceCall({ input_tokens: 0, output_tokens: 0 }, PRICES)).toEqual({ kind: 'priced', usd: '0' });
  });

  test('an input smaller than its cached tokens excludes them', () => {
    expect(priceCall({ input_tokens: 10, cache_read_tokens: 100, output_tokens: 0 }, PRICES)).toEqual({
      kind: 'priced',
      usd: '0.00015',
    });
  });
});

describe('money', () => {
  test('sums do not depend on order, and 0.1 + 0.2 is 0.3', () => {
    expect(addUsd('0.1', '0.2')).toBe('0.3');
    expect(multiplyUsd('0.000000000000001', 3)).toBe('0.000000000000003');
    const amounts = fc.array(
      fc
        .bigInt({ min: 0n, max: 10n ** 20n })
        .map((n) => `${n / 10n ** 15n}.${String(n % 10n ** 15n).padStart(15, '0')}`),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(amounts, (list) => compareUsd(addUsd(...list), addUsd(...list.toReversed())) === 0),
    );
  });
});

describe('the price list', () => {
  test('is the release that its version names', () => {
    const path = createRequire(import.meta.resolve('@tollgate/contract')).resolve('@pydantic/genai-prices');
    const manifest = JSON.parse(
      readFileSync(`${path.slice(0, path.lastIndexOf('/dist/'))}/package.json`, 'utf8'),
    );
    expect(PRICE_VERSION).toBe(`genai-prices/${manifest.version}`);
  });

  test('resolves dated names, provider aliases and resellers, and leaves strangers unresolved', () => {
    expect(resolveModel('openai', 'gpt-4o-2024-08-06')).toEqual({ provider: 'openai', model: 'gpt-4o' });
    expect(resolveModel('openai.responses', 'gpt-4o')).toEqual({ provider: 'openai', model: 'gpt-4o' });
    expect(resolveModel('anthropic', 'claude-sonnet-4-20250514')?.provider).toBe('anthropic');
    expect(resolveModel('openai', 'no-such-model-9000')).toBeUndefined();
    expect(resolveModel('no-such-provider', 'gpt-4o')).toBeUndefined();
    const azure = resolveModel('azure.ai.openai', 'gpt-4o');
    expect(azure && pricesOf(azure)[0]?.input).toBe('0.0000025');
  });

  test('of tiered prices the base applies', () => {
    const model = resolveModel('anthropic', 'claude-sonnet-4-5');
    expect(model && pricesOf(model)[0]).toMatchObject({ input: '0.000003', output: '0.000015' });
  });

  test('hostile names neither throw nor hang', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary', maxLength: 400 }),
        (provider, model) => {
          resolveModel(provider, model);
        },
      ),
    );
  });

  test('prices are dated: a call is priced by what was in force then', () => {
    const model = { provider: 'openai', model: 'o3' };
    const dated = pricesOf(model);
    expect(dated.map((entry) => entry.valid_from)).toEqual(dated.map((entry) => entry.valid_from).toSorted());
    for (const entry of dated) expect(pricesAt(model, entry.valid_from)).toEqual(entry);
  });
});
