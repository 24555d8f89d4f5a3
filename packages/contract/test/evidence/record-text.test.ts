import { appendRecord, parseRecord, type RecordFields, startChain, verifyChain } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const RUN = '0198c3a0-0000-7000-8000-000000000001';
const WRITER = '0198c3a0-0000-7000-8000-00000000000a';
const POLICY = `sha256:${'0'.repeat(64)}`;

/** Any text that a hostile agent may send, lone surrogates included. */
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map((s) => `${s}\ud800`);
const digests = fc.dictionary(fc.string({ maxLength: 8 }), fc.constant(`sha256:${'a'.repeat(64)}`), {
  maxKeys: 3,
});

const fields = fc.record<RecordFields>(
  {
    kind: fc.constantFrom('gate_decided', 'tool_finished', 'run_sealed'),
    time: fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }).map(String),
    workflow: text,
    policy_version: text,
    owner: text,
    team: text,
    tool: text,
    call_id: text,
    action_class: fc.constantFrom(1, 2, 3),
    verdict: fc.constantFrom('allow', 'deny'),
    reason: fc.constantFrom('class_1_allowed', 'tool_not_listed'),
    rollback_note: text,
    digests,
    cost: fc.constantFrom(
      { usd: null, source: null, price_version: null },
      { usd: '0.01', source: 'local', price_version: '1' },
    ),
    detail: fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }), {
      maxKeys: 4,
    }) as never,
  },
  { requiredKeys: ['kind', 'time', 'workflow', 'policy_version', 'owner', 'team'] },
);

test('whatever goes into a record, its text is a canonical record, and the chain of them is whole', () => {
  fc.assert(
    fc.property(fc.array(fields, { minLength: 1, maxLength: 5 }), (facts) => {
      const start = startChain(RUN, WRITER, POLICY);
      const texts: string[] = [];
      let state = start;
      for (const fact of facts) {
        const appended = appendRecord(state, fact);
        expect(parseRecord(appended.text)).toMatchObject({
          seq: state.seq,
          prev: state.head,
          kind: fact.kind,
        });
        texts.push(appended.text);
        state = appended.next;
      }
      expect(verifyChain(start, texts)).toEqual({ findings: [], end: state });
    }),
    { numRuns: 300 },
  );
});

test('what is no record is refused on every path', () => {
  const start = startChain(RUN, WRITER, POLICY);
  const whole = fc.sample(fields, { numRuns: 1, seed: 7 })[0] as RecordFields;
  const broken: Record<string, unknown>[] = [
    { kind: 'invented' },
    { verdict: 'maybe' },
    { reason: 'because' },
    { enforcement: 'done' },
    { outcome: 'fine' },
    { final_status: 'ok' },
    { action_class: 4 },
    { time: '-1' },
    { time: 'now' },
    { workflow: '' },
    { owner: '' },
    { team: undefined },
    { tool: 7 },
    { digests: { a: 'sha256:short' } },
    { digests: { a: `sha256:${'a'.repeat(64)}`, b: 'md5' } },
    { cost: { usd: -1, source: null, price_version: null } },
    { surprise: 'a field that no record has' },
  ];
  for (const change of broken)
    for (const base of [whole, { ...whole, detail: undefined, cost: undefined, digests: undefined }])
      expect(
        () => appendRecord(start, { ...base, ...change } as RecordFields),
        JSON.stringify(change),
      ).toThrow();
});
