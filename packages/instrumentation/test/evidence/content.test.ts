import { CONTENT, saltedDigest } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sealContent } from '../../src/evidence/content.ts';

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
