import { appendRecord, type RecordFields, startChain } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeChains } from '../../src/controls/chain-verdict.ts';

const RUN = '0198c3a0-0000-7000-8000-000000000001';
const WRITER = '0198c3a0-0000-7000-8000-00000000000a';
const OTHER = '0198c3a0-0000-7000-8000-00000000000b';
const FACTS = { time: '1790000000000000000', workflow: 'w', policy_version: 'v', owner: 'o', team: 't' };

/** A sealed chain of `length` records and its seal. */
function chain(length: number, writer = WRITER): string[] {
  let state = startChain(RUN, writer, FACTS.policy_version);
  const texts: string[] = [];
  const add = (fields: RecordFields) => {
    const { text, next } = appendRecord(state, fields);
    texts.push(text);
    state = next;
  };
  for (let i = 0; i < length; i++) add({ ...FACTS, kind: 'gate_decided', tool: `tool-${i}` });
  add({
    ...FACTS,
    kind: 'run_sealed',
    detail: { writers: [{ writer, count: state.seq, head: state.head }] },
  });
  return texts;
}

const problems = (texts: readonly string[], writer = WRITER) =>
  judgeChains(RUN, [{ run_id: RUN, writer, texts }]).flatMap((verdict) => verdict.problems);

test('a chain is whole in any order and with any record stored again', () => {
  const texts = chain(8);
  fc.assert(
    fc.property(fc.shuffledSubarray(texts, { minLength: 9 }), fc.subarray(texts), (order, again) => {
      expect(problems([...order, ...again])).toEqual([]);
    }),
  );
});

test('without any one record before the seal it is not', () => {
  const texts = chain(8);
  for (let index = 0; index < texts.length - 1; index++)
    expect([index, problems(texts.toSpliced(index, 1)).length > 0]).toEqual([index, true]);
});

test('nor with any single changed character', () => {
  const texts = chain(3);
  fc.assert(
    fc.property(
      fc.nat(texts.length - 2),
      fc.nat(),
      fc.string({ minLength: 1, maxLength: 1 }),
      (index, at, character) => {
        const text = texts[index] as string;
        const position = at % text.length;
        fc.pre(text[position] !== character);
        const changed = text.slice(0, position) + character + text.slice(position + 1);
        expect(problems(texts.with(index, changed)).length).toBeGreaterThan(0);
      },
    ),
  );
});

test('a fork is found: two records with one number', () => {
  const texts = chain(3);
  const fork = texts.map((text) => text.replace('tool-1', 'tool-x'));
  expect(problems([...texts, fork[1] as string]).length).toBeGreaterThan(0);
});

test('a tail that the seal of another writer states, and that is not stored, is found', () => {
  const texts = chain(2);
  const detail = { writers: [{ writer: OTHER, count: 3, head: '0'.repeat(64) }] };
  const { text } = appendRecord(startChain(RUN, WRITER, 'v'), { ...FACTS, kind: 'run_sealed', detail });
  expect(problems([text])).toEqual(['the seal states 3 records of this writer, and none is stored']);
  expect(problems(texts)).toEqual([]);
});

test('a killed writer leaves no seal: its end is unproven, a hole in it is found, and the next writer is whole', () => {
  const killed = chain(5).slice(0, -1);
  const next = chain(3, OTHER);
  const judge = (texts: readonly string[]) =>
    judgeChains(RUN, [
      { run_id: RUN, writer: WRITER, texts },
      { run_id: RUN, writer: OTHER, texts: next },
    ]).map(({ writer, end_proven, problems: found }) => [writer, end_proven, found.length > 0]);
  expect(judge(killed)).toEqual([
    [WRITER, false, false],
    [OTHER, true, false],
  ]);
  for (let index = 0; index < killed.length - 1; index++)
    expect(judge(killed.toSpliced(index, 1))).toEqual([
      [WRITER, false, true],
      [OTHER, true, false],
    ]);
  // What is cut off at the very end nobody can see: this is what unproven means.
  expect(judge(killed.slice(0, -1))).toEqual([
    [WRITER, false, false],
    [OTHER, true, false],
  ]);
});

test('a writer that says that it lost records is not whole', () => {
  const { text } = appendRecord(startChain(RUN, WRITER, 'v'), {
    ...FACTS,
    kind: 'evidence_gap',
    detail: { lost: 2 },
  });
  expect(problems([text])).toEqual(['record 0 says that 2 records before it were lost']);
});
