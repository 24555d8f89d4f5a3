import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bytes } from '../../src/block/bytes.ts';
import { Dictionary, hash } from '../../src/block/columns/dictionary.ts';

const intern = (dictionary: Dictionary, text: string, previous?: number): number => {
  const padded = Bytes.of(`<${text}>`);
  const end = padded.buffer.length - 1;
  return previous === undefined
    ? dictionary.intern(padded, 1, end)
    : dictionary.follow(previous, padded, 1, end);
};

/** The texts as Native has them: a length, then bytes. */
function textsOf(dictionary: Dictionary): string[] {
  const bytes = dictionary.texts.written();
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    let length = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = bytes[at++] ?? 0;
      length |= (byte & 127) << shift;
      more = byte > 127;
    }
    texts.push(bytes.toString('utf8', at, at + length));
    at += length;
  }
  return texts;
}

const text = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'abcd', 'abce', 'reserved'),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
);
const step = fc.oneof(
  { weight: 9, arbitrary: text.map((content) => ({ content })) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((kept) => ({ kept })) },
);

test('texts are numbered as they come, and what was taken back might never have been there', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const dictionary = new Dictionary(['reserved', '']);
      const model = ['reserved', ''];
      let previous = 0;
      for (const next of steps) {
        if ('content' in next) {
          if (!model.includes(next.content)) model.push(next.content);
          previous = intern(dictionary, next.content, previous);
          expect(previous).toBe(model.indexOf(next.content));
        } else {
          model.length = 2 + Math.floor((model.length - 2) * next.kept);
          dictionary.truncate(model.length);
        }
        expect(dictionary.length).toBe(model.length);
      }
      expect(textsOf(dictionary)).toEqual(model);
    }),
  );
});

test('entries compare as their bytes do', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const dictionary = new Dictionary();
      const order = dictionary.compare(intern(dictionary, a), intern(dictionary, b));
      expect(Math.sign(order)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('texts that collide cost no more than others, and mean what they say', () => {
  const colliding: string[] = [];
  for (let i = 0; colliding.length < 400; i++) {
    const candidate = Bytes.of(`key ${i}`);
    if ((hash(candidate, 0, candidate.buffer.length) & 1023) === 7) colliding.push(`key ${i}`);
  }
  const dictionary = new Dictionary(['reserved']);
  const sent = [...colliding, 'reserved', ...colliding, 'reserved'];
  const entries = sent.map((key) => intern(dictionary, key));
  const texts = textsOf(dictionary);
  expect(entries.map((entry) => texts[entry])).toEqual(sent);
  expect(entries[400]).toBe(0);
  expect(dictionary.length).toBeGreaterThan(401);
  dictionary.truncate(1);
  expect(intern(dictionary, 'key 0')).toBe(1);
  expect(textsOf(dictionary)).toEqual(['reserved', 'key 0']);
});

test('a dictionary grows, and is empty but for what is reserved once it is cleared', () => {
  const dictionary = new Dictionary(['reserved']);
  for (const release of [false, true]) {
    for (let i = 1; i <= 5000; i++) expect(intern(dictionary, `text ${i}`)).toBe(i);
    for (let i = 1; i <= 5000; i++) expect(intern(dictionary, `text ${i}`)).toBe(i);
    dictionary.clear(release);
    expect(textsOf(dictionary)).toEqual(['reserved']);
    expect(intern(dictionary, 'reserved')).toBe(0);
  }
});
