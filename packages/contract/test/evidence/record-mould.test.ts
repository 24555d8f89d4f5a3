import { appendRecord, newNonce, recordMould, saltedDigest, startChain } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const RUN = '0198c3a0-0000-7000-8000-000000000001';
const WRITER = '0198c3a0-0000-7000-8000-00000000000a';
const start = startChain(RUN, WRITER, `sha256:${'0'.repeat(64)}`);

/** Whatever a file, an agent or a model can put there, and what a mould itself looks for. */
const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.constantFrom('"call_id":""', '","seq":0,"', '"prev":', '\\"time\\":\\"0\\"', '\ud800', '"result":"x"'),
);
const fields = fc.record(
  {
    kind: fc.constantFrom('tool_called', 'tool_finished', 'gate_decided'),
    ...{ workflow: text, policy_version: text, owner: text, team: text },
    ...{ tool: text, action: text, approval_id: text, model: text, actor: text },
    action_class: fc.constantFrom(1, 2, 3),
    verdict: fc.constantFrom('allow'),
    reason: fc.constantFrom('class_1_allowed'),
    enforcement: fc.constantFrom('executed'),
    outcome: fc.constantFrom('succeeded', 'failed'),
  },
  { requiredKeys: ['kind', 'workflow', 'policy_version', 'owner', 'team'] },
);
const digest = fc.string({ maxLength: 8 }).map((content) => saltedDigest(newNonce(), content));
const call = fc.record({
  call_id: fc.oneof(text, fc.constant('')),
  time: fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }).map(String),
  arguments: digest,
  result: digest,
  rollback_note: text,
});
const has = fc.subarray(['arguments', 'result', 'rollback_note'] as const, { minLength: 1 });

test('a record from a mould is, to the byte, the one that would have been written without', () => {
  fc.assert(
    fc.property(fields, has, fc.array(call, { minLength: 1, maxLength: 12 }), (common, has, calls) => {
      const mould = recordMould(start, common, has);
      let state = start;
      for (const one of calls) {
        const { call_id, time, rollback_note } = one;
        const digests = Object.fromEntries(
          has.flatMap((name) => (name === 'rollback_note' ? [] : [[name, one[name]]])),
        );
        const note = has.includes('rollback_note') ? { rollback_note } : {};
        const { text, hash, next } = appendRecord(state, { ...common, call_id, time, digests, ...note });
        expect(mould(state, one)).toEqual({ text, hash, next });
        state = next;
      }
    }),
    { numRuns: 500 },
  );
});

test('what is no record has no mould', () => {
  const common = { kind: 'tool_called', workflow: 'w', policy_version: 'v', owner: 'o', team: 't' } as const;
  expect(() => recordMould({ ...start, run_id: 'no uuid' }, common, ['result'])).toThrow();
  expect(() => recordMould(start, { ...common, owner: '' }, ['result'])).toThrow();
  expect(() => recordMould(start, { ...common, surprise: 1 } as never, ['result'])).toThrow(TypeError);
  expect(() => recordMould(start, { ...common, outcome: 'fine' as never }, ['result'])).toThrow();
  const whole = { call_id: 'c', time: '1' };
  expect(() => recordMould(start, common, ['result'])(start, whole)).toThrow(TypeError);
});
