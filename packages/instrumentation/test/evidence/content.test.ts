import { CONTENT, type ContentPolicy, saltedDigest } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Content, contentSealer } from '../../src/evidence/content.ts';
import { masksOf } from '../../src/redaction/mask.ts';

const FULL: ContentPolicy = {
  by_class: { 1: 'full', 2: 'full', 3: 'full' },
  default: 'full',
  mask_secrets: true,
  mask_patterns: [],
  mask_fields: [],
  max_characters: 262_144,
};

function sealContent(content: Content, policy: Partial<ContentPolicy> = {}, actionClass?: 1 | 2 | 3) {
  const whole = { ...FULL, ...policy };
  const { digests = {}, attributes } = contentSealer(whole, masksOf(whole).content)(content, actionClass);
  return { digests, attributes };
}

test('whatever a tool returns has a digest that its content and nonce prove', () => {
  const hostile = fc.oneof(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withTypedArray: true,
      withNullPrototype: true,
    }),
    fc.constantFrom<unknown>(
      '\ud800',
      { '\udfff': 1 },
      Number.NaN,
      () => 1,
      Symbol('x'),
      2n ** 70n,
      new Date(Number.NaN),
    ),
  );
  fc.assert(
    fc.property(hostile, (result) => {
      fc.pre(result !== undefined);
      const { digests, attributes } = sealContent({ result });
      const nonces = JSON.parse(attributes[CONTENT.nonces] ?? '{}');
      const text = attributes[CONTENT.result] ?? '';
      expect(saltedDigest(nonces.result, text)).toBe(digests['result']);
      expect(text.isWellFormed()).toBe(true);
      JSON.parse(text);
    }),
  );
});

test('equal content has unequal digests, and a cycle is named rather than thrown', () => {
  expect(sealContent({ input: 'yes' }).digests).not.toEqual(sealContent({ input: 'yes' }).digests);
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  expect(sealContent({ output: cycle }).attributes[CONTENT.output]).toContain('unserialisable');
});

test('long content is cut; the digest is that of the whole', () => {
  const whole = JSON.stringify('x'.repeat(300_000));
  const { digests, attributes } = sealContent({ output: 'x'.repeat(300_000) });
  const nonces = JSON.parse(attributes[CONTENT.nonces] ?? '{}');
  expect(saltedDigest(nonces.output, whole)).toBe(digests['output']);
  expect(JSON.parse(attributes[CONTENT.output] ?? '')).toMatchObject({
    tollgate_truncated: true,
    characters: whole.length,
  });
});

test('bytes in a prompt are named by their length', () => {
  const { attributes } = sealContent({ input: [{ type: 'file', data: new Uint8Array(9) }] });
  expect(attributes[CONTENT.input]).toBe('[{"data":{"tollgate_bytes":9},"type":"file"}]');
});

test('capture decides by class what leaves: content, its nonce, or neither', () => {
  const policy = { by_class: { 1: 'full', 2: 'digest', 3: 'off' } } as const;
  const seen = ([1, 2, 3, undefined] as const).map((actionClass) => {
    const { digests, attributes } = sealContent({ result: 'it is done' }, policy, actionClass);
    return [Object.keys(digests), Object.keys(attributes).sort(), attributes[CONTENT.redacted]];
  });
  expect(seen).toEqual([
    [['result'], [CONTENT.nonces, CONTENT.result], undefined],
    [['result'], [CONTENT.nonces, CONTENT.redacted], '{"result":"withheld"}'],
    [['result'], [CONTENT.redacted], '{"result":"withheld"}'],
    [['result'], [CONTENT.nonces, CONTENT.result], undefined],
  ]);
});

test('what is masked is digested as it may be seen, so that it can be proved without the secret', () => {
  const secret = `AKIA${'A'.repeat(16)}`;
  const { digests, attributes } = sealContent({
    arguments: { text: `use ${secret} now`, password: 'hunter2' },
  });
  expect(attributes[CONTENT.arguments]).toBe('{"password":"[masked]","text":"use [masked] now"}');
  expect(attributes[CONTENT.redacted]).toBe('{"arguments":"masked"}');
  const nonces = JSON.parse(attributes[CONTENT.nonces] ?? '{}');
  expect(saltedDigest(nonces.arguments, attributes[CONTENT.arguments] ?? '')).toBe(digests['arguments']);
});
