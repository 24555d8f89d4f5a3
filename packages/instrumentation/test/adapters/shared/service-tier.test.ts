import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askedTier } from '../../../src/adapters/ai-sdk/provider-metadata.ts';
import { fieldOf } from '../../../src/adapters/shared/field-of.ts';
import { hourWritesIn } from '../../../src/adapters/shared/hour-writes.ts';
import { tierIn } from '../../../src/adapters/shared/service-tier.ts';

test('the ordinary tier is one word, every other stays as said, and nothing says nothing', () => {
  for (const [said, tier] of [
    ['default', 'standard'],
    [' Standard', 'standard'],
    ['auto', 'standard'],
    ['standard_only', 'standard'],
    ['Flex', 'flex'],
    ['scale', 'scale'],
    [{ type: 'reserved' }, 'reserved'],
    ['x'.repeat(100_000), 'x'.repeat(64)],
    ['', undefined],
    [' ', undefined],
    [{}, undefined],
    [null, undefined],
    [7, undefined],
  ])
    expect(tierIn(said)).toBe(tier);
  expect(tierIn(undefined, 7, 'flex', 'priority')).toBe('flex');
});

test('whatever a provider says, reading it throws nothing', () => {
  const thrower = () =>
    new Proxy(
      {},
      {
        get() {
          throw new Error('not to be read');
        },
      },
    );
  const hostile = fc.oneof(fc.anything(), fc.boolean().map(thrower));
  fc.assert(
    fc.property(hostile, fc.string(), (value, name) => {
      fieldOf(value, name, 'usage');
      fieldOf({ cache_creation: value }, 'cache_creation', name);
      expect(tierIn(value, { type: value })?.length ?? 1).toBeLessThanOrEqual(64);
      expect(['number', 'undefined']).toContain(typeof hourWritesIn(value, { cache_creation: value }));
    }),
  );
});

test('the options of a call are those of its own provider', () => {
  const asks = (provider: string, options: object, modelId = 'm') =>
    askedTier(options, { provider, modelId });
  const openai = { openai: { serviceTier: 'flex' } };
  for (const provider of [
    'openai.chat',
    'openai.responses',
    'azure.chat',
    'azure-openai.responses',
    'house.chat',
  ])
    expect(asks(provider, openai), provider).toBe('flex');
  expect(asks('gateway', openai, 'openai/gpt-5')).toBe('flex');
  for (const provider of ['anthropic.messages', 'google.generative-ai', 'amazon-bedrock', 'gateway', ''])
    expect(asks(provider, openai, 'anthropic/claude'), provider).toBeUndefined();
  expect(asks('vertex.anthropic.messages', { anthropic: { serviceTier: 'priority' } })).toBe('priority');
  expect(asks('amazon-bedrock', { bedrock: { serviceTier: 'reserved' } })).toBe('reserved');
  // Providers that speak OpenAI's API pass on what they do not know, by its name on the wire.
  expect(asks('house.chat', { house: { service_tier: 'priority' } })).toBe('priority');
});
