import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentFields } from '../../src/browser/format/content.ts';

test('masked, cut and withheld content is named so, withheld content also without a value', () => {
  const fields = contentFields({
    result: { tollgate_truncated: true, characters: 300_000, start: '{"rows":[' },
    arguments: { iban: '[masked]' },
    redacted: { arguments: 'masked', result: 'cut', output: 'withheld' },
  });
  expect(fields).toEqual([
    { name: 'arguments', value: { iban: '[masked]' }, redaction: 'masked', characters: null },
    { name: 'result', value: '{"rows":[', redaction: 'cut', characters: 300_000 },
    { name: 'output', value: undefined, redaction: 'withheld', characters: null },
  ]);
});

test('what only looks cut is shown as it is', () => {
  const value = { tollgate_truncated: true, characters: 9, start: 'all is well' };
  expect(contentFields({ result: value })).toEqual([
    { name: 'result', value, redaction: null, characters: null },
  ]);
  const [odd] = contentFields({ result: { ...value, start: 1 }, redacted: { result: 'cut' } });
  expect(odd).toMatchObject({ value: { start: 1 }, redaction: 'cut', characters: null });
});

test('no content is lost from sight, whatever an agent sends as its redactions', () => {
  const name = fc.constantFrom('arguments', 'result', 'output', '__proto__', 'constructor', 'other');
  const content = fc.array(fc.tuple(name, fc.jsonValue({ maxDepth: 2 })));
  fc.assert(
    fc.property(content, fc.jsonValue({ maxDepth: 2 }), (pairs, redacted) => {
      const given = Object.fromEntries(pairs);
      const fields = contentFields({ ...given, redacted });
      for (const key of Object.keys(given)) expect(fields.map((field) => field.name)).toContain(key);
    }),
  );
});
