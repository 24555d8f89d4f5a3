import {
  appendRecord,
  type ChainState,
  type RecordFields,
  startChain,
  verifyChain,
} from '@tollgate/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const RUN = '0198c3a0-0000-7000-8000-000000000001';
const WRITER = '0198c3a0-0000-7000-8000-00000000000a';
const POLICY = `sha256:${'0'.repeat(64)}`;
const FIELDS: RecordFields = {
  kind: 'gate_decided',
  time: '1790000000000000000',
  workflow: 'w',
  policy_version: POLICY,
  owner: 'o@example.com',
  team: 't',
};

function chainOf(length: number): { start: ChainState; texts: string[]; end: ChainState } {
  const start = startChain(RUN, WRITER, POLICY);
  const texts: string[] = [];
  let state = start;
  for (let i = 0; i < length; i++) {
    const appended = appendRecord(state, { ...FIELDS, tool: `tool-${i}` });
    texts.push(appended.text);
    state = appended.next;
  }
  return { start, texts, end: state };
}

/** Whoever holds the last head (a seal or a checkpoint) sees every change: either a finding, or another end. */
function detects(start: ChainState, end: ChainState, texts: readonly string[]): boolean {
  const result = verifyChain(start, texts);
  return result.findings.length > 0 || result.end.head !== end.head || result.end.seq !== end.seq;
}

test('an untouched chain is whole', () => {
  const { start, texts, end } = chainOf(20);
  expect(verifyChain(start, texts)).toEqual({ findings: [], end });
});

describe('every manipulation is found', () => {
  const { start, texts, end } = chainOf(6);

  test('any single changed character', () => {
    fc.assert(
      fc.property(
        fc.nat(texts.length - 1),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        (index, at, character) => {
          const text = texts[index] as string;
          const position = at % text.length;
          fc.pre(text[position] !== character);
          const changed = text.slice(0, position) + character + text.slice(position + 1);
          expect(detects(start, end, texts.with(index, changed))).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each([0, 2, 5])('record %i missing', (index) => {
    expect(detects(start, end, texts.toSpliced(index, 1))).toBe(true);
  });

  test.each([0, 2, 5])('record %i doubled', (index) => {
    expect(detects(start, end, texts.toSpliced(index, 0, texts[index] as string))).toBe(true);
  });

  test('two swapped, a fork, another run, another writer, another policy', () => {
    const swapped = texts.with(1, texts[2] as string).with(2, texts[1] as string);
    expect(detects(start, end, swapped)).toBe(true);
    const fork = appendRecord(
      { ...start, seq: 5, head: JSON.parse(texts[5] as string).prev },
      { ...FIELDS, tool: 'other' },
    );
    expect(detects(start, end, texts.with(5, fork.text))).toBe(true);
    expect(detects(startChain(RUN.replace('1', '2'), WRITER, POLICY), end, texts)).toBe(true);
    expect(detects(startChain(RUN, WRITER.replace('a', 'b'), POLICY), end, texts)).toBe(true);
    expect(detects(startChain(RUN, WRITER, POLICY.replace('0', '1')), end, texts)).toBe(true);
  });
});

test('a record of unknown shape is not appended', () => {
  const start = startChain(RUN, WRITER, POLICY);
  expect(() => appendRecord(start, { ...FIELDS, kind: 'invented' as 'gate_decided' })).toThrow();
});
