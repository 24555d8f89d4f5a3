import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indentJson } from '../../src/browser/format/json-indent.ts';
import { visiblePieces } from '../../src/browser/format/visible.ts';

/** The text without the white space that stands outside its strings. */
const packed = (json: string) => json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');

test('indenting changes white space between tokens and nothing else', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(packed(indentJson(text))).toBe(text);
    }),
  );
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(packed(indentJson(text))).toBe(packed(text));
    }),
  );
});

test('the digits of a number are shown as they are, not as a float would have them', () => {
  expect(indentJson('{"id":9007199254740993,"rate":1e400}')).toBe(
    '{\n  "id": 9007199254740993,\n  "rate": 1e400\n}',
  );
});

test('indents as people read it', () => {
  expect(indentJson('{"a":[1,{"b":"x, {y}: [\\"z"}],"c":{},"d":[]}')).toBe(
    '{\n  "a": [\n    1,\n    {\n      "b": "x, {y}: [\\"z"\n    }\n  ],\n  "c": {},\n  "d": []\n}',
  );
});

test('deep nesting makes no page of spaces', () => {
  const depth = 3000;
  expect(indentJson('['.repeat(depth) + ']'.repeat(depth)).length).toBeLessThan(depth * 2 * 90);
});

test.each(['', '{"a":', 'plain text', '{"a":1} trailing'])('what is no JSON stays as it is: %j', (text) => {
  expect(indentJson(text)).toBe(text);
});

test('no character is lost: text and codes together are the whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const back = visiblePieces(text)
        .map((piece) =>
          piece.kind === 'text' ? piece.text : String.fromCodePoint(Number.parseInt(piece.code.slice(2), 16)),
        )
        .join('');
      expect(back).toBe(text);
    }),
  );
});

test.each([
  ['a right-to-left override', '\u202e', 'U+202E'],
  ['a zero-width space', '\u200b', 'U+200B'],
  ['a zero-width joiner', '\u200d', 'U+200D'],
  ['an isolate', '\u2067', 'U+2067'],
  ['a byte order mark', '\ufeff', 'U+FEFF'],
  ['a soft hyphen', '\u00ad', 'U+00AD'],
  ['a no-break space', '\u00a0', 'U+00A0'],
  ['a carriage return', '\r', 'U+000D'],
  ['a null', '\u0000', 'U+0000'],
  ['a line separator', '\u2028', 'U+2028'],
  ['a tag character', '\u{e0041}', 'U+E0041'],
  ['a variation selector that hides a text', '\u{e0101}', 'U+E0101'],
  ['a Hangul filler', '\u3164', 'U+3164'],
  ['a lone surrogate', '\ud800', 'U+D800'],
])('%s is shown by its code', (_name, character, code) => {
  expect(visiblePieces(`a${character}b`)).toEqual([
    { kind: 'text', text: 'a' },
    { kind: 'hidden', code },
    { kind: 'text', text: 'b' },
  ]);
});

test('ordinary text in any script stays one piece', () => {
  for (const text of ['two\nlines\tand a tab', 'Grüße', 'ありがとう', 'שלום', '⚠️ careful'])
    expect(visiblePieces(text)).toEqual([{ kind: 'text', text }]);
});
