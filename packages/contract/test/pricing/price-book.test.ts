import { readFileSync } from 'node:fs';
import { entryFor, INSTALLED_PRICES, parsePriceFile, priceBook } from '@tollgate/contract';
import { describe, expect, test } from 'vitest';

const AT = '2026-11-27T00:00:00Z';

function bookOf(yaml: string) {
  const parsed = parsePriceFile(`schema: tollgate.prices/1\n${yaml}`);
  if (parsed.kind !== 'valid') throw new Error(JSON.stringify(parsed.issues));
  return priceBook(INSTALLED_PRICES, parsed);
}

function priceIn(book: ReturnType<typeof bookOf>, provider: string, model: string, call: object = {}) {
  const entries = book.find(provider, model)?.entries ?? [];
  return entryFor(entries, { workflow: '', service_tier: '', at: AT, input_tokens: 1, ...call });
}

describe('a price file', () => {
  const NEGOTIATED = `
name: acme-2026
aliases:
  - { provider: azure.ai.openai, model: prod-chat, is: azure/gpt-4o }
prices:
  - { provider: openai, model: gpt-4o, workflows: [triage], usd_per_million: { input: 1, output: 4 } }
  - { provider: openai, model: gpt-4o, from: 2026-10-01, until: 2026-12-01, usd_per_million: { input: 2.25, output: 9, cache_read: 1 } }
  - { provider: openai, model: gpt-5, service_tier: priority, usd_per_million: { input: 2.5, output: 20 } }
  - { provider: anthropic, model: '*', discount_percent: 12.5 }
  - { provider: house, model: House-LM, above_input_tokens: 1000, usd_per_million: { input: 0.2, output: 0.2 } }
  - { provider: house, model: House-LM, usd_per_million: { input: 0.1, output: 0.1 } }
`;

  test('comes before the list, for its workflow, its time, its tier and its length', () => {
    const book = bookOf(NEGOTIATED);
    expect(priceIn(book, 'openai', 'gpt-4o-2024-08-06', { workflow: 'triage' })?.rates.input).toBe(
      '0.000001',
    );
    expect(priceIn(book, 'openai', 'gpt-4o')?.rates).toMatchObject({
      input: '0.00000225',
      cache_read: '0.000001',
    });
    expect(priceIn(book, 'openai', 'gpt-4o')?.price_version).toMatch(/^acme-2026\/[0-9a-f]{12}$/);
    for (const at of ['2026-09-30T23:59:59Z', '2026-12-01T00:00:00Z'])
      expect(priceIn(book, 'openai', 'gpt-4o', { at })).toMatchObject({
        origin: 'list',
        rates: { input: '0.0000025' },
      });
    expect(priceIn(book, 'openai', 'gpt-5', { service_tier: 'priority' })?.rates.output).toBe('0.00002');
    expect(priceIn(book, 'openai', 'gpt-5')?.origin).toBe('list');
    expect(priceIn(book, 'house', 'house-lm')?.rates.input).toBe('0.0000001');
    expect(priceIn(book, 'house', 'House-LM', { input_tokens: 1001 })?.rates.input).toBe('0.0000002');
  });

  test('a discount holds for every kind of token, tier and length of the list', () => {
    const book = bookOf(NEGOTIATED);
    const model = ['anthropic', 'claude-sonnet-4-5'] as const;
    expect(priceIn(book, ...model)?.rates).toEqual({
      input: '0.000002625',
      output: '0.000013125',
      cache_read: '0.0000002625',
      cache_creation: '0.00000328125',
      cache_creation_1h: '0.00000525',
      reasoning: null,
    });
    expect(priceIn(book, ...model, { input_tokens: 200_001 })?.rates.input).toBe('0.00000525');
    expect(priceIn(book, ...model, { service_tier: 'batch' })?.rates.input).toBe('0.0000013125');
    expect(priceIn(book, ...model, { service_tier: 'priority' })).toBeUndefined();
  });

  test('a price for one name of a model leaves its other names as they are', () => {
    const rule = (model: string) =>
      bookOf(`prices: [{ provider: openai, model: '${model}', usd_per_million: { input: 1, output: 4 } }]`);
    const overridden = (book: ReturnType<typeof bookOf>, names: readonly string[], provider = 'openai') =>
      names.filter((name) => priceIn(book, provider, name)?.origin === 'override');
    const gpt4o = ['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-2024-11-20', 'gpt-4o-2024-05-13'];
    expect(overridden(rule('gpt-4o-2024-08-06'), gpt4o)).toEqual(['gpt-4o-2024-08-06']);
    expect(overridden(rule('GPT-4o-20240806'), gpt4o)).toEqual(['gpt-4o-2024-08-06']);
    expect(overridden(rule('gpt-4o'), gpt4o)).toEqual(gpt4o.slice(0, 3));
    expect(overridden(rule('gpt-5-codex'), ['gpt-5', 'gpt-5-codex', 'gpt-5-2025-08-07'])).toEqual([
      'gpt-5-codex',
    ]);
    expect(overridden(rule('gpt-4o-2024-08-06'), ['openai/gpt-4o-2024-08-06', 'openai/gpt-4o'], '')).toEqual([
      'openai/gpt-4o-2024-08-06',
    ]);
    const tuned = [
      'ft:gpt-4o-2024-08-06:acme::a',
      'ft:gpt-4o-2024-08-06:acme::b',
      'ft:gpt-4o-2024-11-20:x::c',
    ];
    expect(overridden(rule('ft:gpt-4o-2024-08-06:acme::a'), tuned)).toEqual(tuned.slice(0, 1));
    expect(overridden(rule('ft:gpt-4o-2024-08-06'), tuned)).toEqual(tuned.slice(0, 2));
    expect(overridden(rule('ft:gpt-4o'), tuned)).toEqual(tuned);
    expect(
      overridden(rule('ft:gpt-4-0613:acme::a'), ['gpt-4', 'gpt-4-0613', 'ft:gpt-4-0613:acme::a']),
    ).toEqual(['ft:gpt-4-0613:acme::a']);
  });

  test('a model is priced by a name that its dated names begin with, and an alias by the name that it stands for', () => {
    const book = bookOf(`
aliases:
  - { provider: azure.ai.openai, model: prod-chat, is: azure/gpt-4o-2024-08-06 }
  - { provider: azure.ai.openai, model: test-chat, is: azure/gpt-4o }
prices:
  - { provider: anthropic, model: claude-3-opus, discount_percent: 10 }
  - { provider: azure, model: gpt-4o-2024-08-06, usd_per_million: { input: 1, output: 4 } }
`);
    for (const dated of ['claude-3-opus-20240229', 'claude-3-opus@20240229', 'claude-3-opus-latest'])
      expect(priceIn(book, 'anthropic', dated)).toMatchObject({ origin: 'override' });
    expect(priceIn(book, 'azure.ai.openai', 'prod-chat')?.rates.input).toBe('0.000001');
    expect(priceIn(book, 'azure.ai.openai', 'test-chat')).toMatchObject({ origin: 'list' });
  });

  test('what costs other than its model is listed by its name', async () => {
    const book = bookOf(
      'prices: [{ provider: openai, model: gpt-4o-2024-08-06, usd_per_million: { input: 1, output: 4 } }]',
    );
    const originOf = (model: string) =>
      book.all().then((all) => all.find((each) => each.provider === 'openai' && each.model === model));
    expect(await originOf('gpt-4o')).toMatchObject({ entries: [{ origin: 'list' }, {}, {}] });
    expect((await originOf('gpt-4o-2024-08-06'))?.entries[0]).toMatchObject({
      ...{ origin: 'override', priced: 'openai/gpt-4o', note: 'price file, for gpt-4o-2024-08-06' },
    });
  });

  test('an alias names what a deployment stands for', () => {
    const book = bookOf(NEGOTIATED);
    expect(book.find('azure.ai.openai', 'prod-chat')?.priced).toEqual({ provider: 'azure', model: 'gpt-4o' });
    expect(priceIn(book, 'azure.ai.openai', 'prod-chat')?.rates.input).toBe('0.0000025');
    expect(book.find('azure.ai.openai', 'other-chat')).toBeUndefined();
  });

  test('the one of the documentation is valid', () => {
    const page = readFileSync(new URL('../../../../docs/costs.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    expect(parsePriceFile(example)).toMatchObject({ kind: 'valid', file: { name: 'acme-2026' } });
  });

  test('a price has one name for good, and another price another', () => {
    const ids = (yaml: string) =>
      bookOf(yaml)
        .find('openai', 'gpt-4o')
        ?.entries.map(({ price_id }) => price_id) ?? [];
    const one = 'prices: [{ provider: openai, model: gpt-4o, usd_per_million: { input: 2, output: 9 } }]';
    expect(ids(one)).toEqual(ids(one));
    expect(new Set(ids(one)).size).toBe(ids(one).length);
    expect(ids(one)[0]).not.toBe(ids(one.replace('9', '8'))[0]);
    expect(ids(one).at(-1)).toBe(ids('prices: []').at(-1));
  });

  test('the book lists every model that has a price, in order, each once', async () => {
    const all = await bookOf(NEGOTIATED).all();
    const names = all.map(({ provider, model }) => `${provider} ${model}`);
    expect(names).toEqual(names.toSorted());
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('house house-lm');
    expect(all.length).toBeGreaterThan(1000);
  });

  test.each([
    ['no schema', 'prices: []', 'schema', 'is missing'],
    ['a misspelt field', 'schema: tollgate.prices/1\nprice: []', 'price', 'did you mean "prices"?'],
    [
      'a negative price',
      file('usd_per_million: { input: -1 }'),
      'prices[0].usd_per_million.input',
      'not negative',
    ],
    [
      'a price in the wrong unit',
      file('usd_per_million: { input: 2000000 }'),
      'prices[0].usd_per_million.input',
      'per million',
    ],
    ['neither price nor discount', file('from: 2026-01-01'), 'prices[0]', 'either'],
    ['both', file('usd_per_million: { input: 1 }\n    discount_percent: 5'), 'prices[0]', 'either'],
    [
      'a price for every model',
      file('usd_per_million: { input: 1 }').replace('gpt-4o', "'*'"),
      'prices[0].model',
      'discount',
    ],
    [
      'an end before its start',
      file('usd_per_million: { input: 1 }\n    from: 2026-02-01\n    until: 2026-01-01'),
      'prices[0].until',
      'after from',
    ],
    ['a discount above 100', file('discount_percent: 101'), 'prices[0].discount_percent', '0 to 100'],
    [
      'a date that is none',
      file('usd_per_million: { input: 1 }\n    from: 2026-02-30'),
      'prices[0].from',
      'date',
    ],
    [
      'an end that the store cannot hold',
      file('usd_per_million: { input: 1 }\n    until: 9999-12-31'),
      'prices[0].until',
      'leave out',
    ],
    [
      'a price that never applies',
      `${file('usd_per_million: { input: 1 }')}  - { provider: openai, model: gpt-4o, from: 2026-01-01, usd_per_million: { input: 2 } }`,
      'prices[1]',
      'never applies',
    ],
    [
      'an alias twice',
      'schema: tollgate.prices/1\naliases:\n  - { provider: a, model: b, is: azure/gpt-4o }\n  - { provider: a, model: b, is: azure/gpt-5 }',
      'aliases[1].model',
      'already',
    ],
  ])('refuses %s, with line and column', (_, yaml, path, message) => {
    const parsed = parsePriceFile(yaml);
    if (parsed.kind !== 'invalid') throw new Error('it was not refused');
    expect(parsed.issues[0]).toMatchObject({ path, message: expect.stringContaining(message) });
    expect(parsed.issues[0]?.line).toBeGreaterThan(0);
    expect(parsed.issues[0]?.column).toBeGreaterThan(0);
  });
});

function file(fields: string): string {
  return `schema: tollgate.prices/1\nprices:\n  - provider: openai\n    model: gpt-4o\n    ${fields}\n`;
}
