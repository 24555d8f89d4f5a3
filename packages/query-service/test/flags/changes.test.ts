import { canonicalJson } from '@tollgate/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toolListed } from '../../src/controls/tool-listed.ts';
import { flagChanges, type RipeFinding, type StoredFlag } from '../../src/flags/changes.ts';
import { flagId, ripen } from '../../src/flags/ripen.ts';

const WRITER = '0198c3a0-0000-7000-8000-0000000000ff';
const finding = (key: string, changes: Partial<RipeFinding> = {}): RipeFinding => ({
  ...{ scope: 'run', key, run_id: 'run', workflow: 'w', owner: 'o', team: 't', summary: `about ${key}` },
  ...{
    evidence: { key },
    since: 0n,
    severity: 'warning',
    flag_id: flagId(WRITER, 'c', { scope: 'run', key }),
  },
  ...changes,
});
const stored = (from: RipeFinding, state: StoredFlag['state']): StoredFlag => ({
  ...{ flag_id: from.flag_id, state, severity: from.severity, summary: from.summary },
  ...{ evidence: canonicalJson(from.evidence), due_at: from.due_at },
});
const control = { clears: 'late data' };

test('the same findings over the flags that they raised change nothing', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 })), (keys) => {
      const findings = keys.map((key) => finding(key));
      const raised = flagChanges(control, findings, []);
      expect(raised.map(({ kind }) => kind)).toEqual(keys.map(() => 'raised'));
      const flags = findings.map((each) => stored(each, 'open'));
      expect(flagChanges(control, findings, flags)).toEqual([]);
    }),
  );
});

describe.each([
  ['open', 'cleared', undefined],
  ['acknowledged', 'cleared', undefined],
  ['resolved', undefined, undefined],
  ['cleared', undefined, 'reopened'],
] as const)('a flag that is %s', (state, whenGone, whenFound) => {
  test(`${whenGone ?? 'stays'} when its finding is gone`, () => {
    expect(flagChanges(control, [], [stored(finding('a'), state)]).map(({ kind }) => kind)).toEqual(
      whenGone === undefined ? [] : [whenGone],
    );
  });
  test(`is ${whenFound ?? 'left'} when its finding is there`, () => {
    expect(
      flagChanges(control, [finding('a')], [stored(finding('a'), state)]).map(({ kind }) => kind),
    ).toEqual(whenFound === undefined ? [] : [whenFound]);
  });
});

test('what clears a flag is said on it', () => {
  expect(flagChanges(control, [], [stored(finding('a'), 'open')])).toEqual([
    { kind: 'cleared', flag_id: finding('a').flag_id, because: 'late data' },
  ]);
});

test('a finding that got worse updates its open flag', () => {
  const changes = flagChanges(
    control,
    [finding('a', { severity: 'critical' })],
    [stored(finding('a'), 'open')],
  );
  expect(changes.map(({ kind }) => kind)).toEqual(['updated']);
});

test('a finding counts after its grace, and is judged again then and when it is due', () => {
  const patient = { ...toolListed, graceSeconds: 10 };
  const early = ripen(patient, [finding('a', { since: 5n, due_at: 100n })], 20n, WRITER);
  expect(early).toEqual({
    ripe: [],
    rechecks: [
      { run_id: 'run', at: 10_000_000_005n },
      { run_id: 'run', at: 101n },
    ],
  });
  const late = ripen(patient, [finding('a', { since: 5n })], 10_000_000_005n, WRITER);
  expect(late.ripe.map(({ key }) => key)).toEqual(['a']);
  expect(late.rechecks).toEqual([]);
});

test('the identity of a flag cannot be forged by moving text between its parts', () => {
  expect(flagId(WRITER, 'a', { scope: 'b', key: 'c","d' })).not.toBe(
    flagId(WRITER, 'a', { scope: 'b","c', key: 'd' }),
  );
});
