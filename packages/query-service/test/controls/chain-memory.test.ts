import { appendRecord, startChain } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChainMemory } from '../../src/controls/chain-memory.ts';

const RUN = '0198c3a0-0000-7000-8000-000000000001';
const WRITER = '0198c3a0-0000-7000-8000-00000000000a';
const FACTS = { time: '1790000000000000000', workflow: 'w', policy_version: 'v', owner: 'o', team: 't' };

function chain(length: number): string[] {
  let state = startChain(RUN, WRITER, FACTS.policy_version);
  return Array.from({ length }, (_, index) => {
    const { text, next } = appendRecord(state, { ...FACTS, kind: 'gate_decided', tool: `tool-${index}` });
    state = next;
    return text;
  });
}

const TEXTS = chain(80);
const forged = (index: number) => (TEXTS[index] ?? '').replace('gate_decided', 'model_called');

/** What is stored at one time: a stretch of the chain, some of it missing, changed, doubled or no record at all. */
const stored = fc
  .tuple(
    fc.nat(80),
    fc.array(fc.nat(79), { maxLength: 2 }),
    fc.array(fc.nat(79), { maxLength: 2 }),
    fc.boolean(),
  )
  .map(([length, missing, changed, noise]) => [
    ...TEXTS.slice(0, length).filter((_, index) => !missing.includes(index)),
    ...changed.map(forged),
    ...(noise ? ['no record'] : []),
  ]);

test('what is verified with a memory is what is verified without one, whatever was stored before', () => {
  fc.assert(
    fc.property(fc.array(stored, { minLength: 1, maxLength: 6 }), fc.nat(60_000), (history, most) => {
      const memory = new ChainMemory(most);
      for (const texts of history)
        expect(memory.verify(RUN, WRITER, texts)).toEqual(new ChainMemory().verify(RUN, WRITER, texts));
    }),
    { numRuns: 60 },
  );
});

test('a chain that grows, in any order, stays whole, and a change far back is found', () => {
  const memory = new ChainMemory();
  for (const length of [40, 41, 60, 80])
    expect(memory.verify(RUN, WRITER, TEXTS.slice(0, length).reverse()).findings).toEqual([]);
  expect(memory.verify(RUN, WRITER, TEXTS.with(3, forged(3))).findings.length).toBeGreaterThan(0);
  expect(memory.verify(RUN, WRITER, TEXTS).findings).toEqual([]);
});
