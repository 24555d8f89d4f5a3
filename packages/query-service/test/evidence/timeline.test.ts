import { expect, test } from 'vitest';
import type { StoredRecord } from '../../src/evidence/records.ts';
import { timelineEntryOf } from '../../src/evidence/timeline.ts';
import { mergeCalls, type ToolCallAnswer } from '../../src/evidence/tool-calls.ts';

const stored = (text: string): StoredRecord => ({
  ...{ source: 'agent', principal: 'ops-agent', writer: 'w', seq: 0, kind: 'malformed', text },
  ...{ time: 1_790_000_000_123_456_789n, hash: 'h', span_hash: '1', start: 1_790_000_000_123_456_789n },
});

test.each(['', 'null', '{}', '{"kind":"approval_decided"}', '[1,2]', '{"a":1,"a":2}', '\u0000'])(
  'a record that is none is shown as malformed, byte for byte: %j',
  (text) => {
    const entry = timelineEntryOf(stored(text));
    expect(entry).toMatchObject({ kind: 'malformed', record: text, principal: 'ops-agent', verdict: null });
    expect(entry.detail).toEqual({ problem: expect.any(String) });
    expect(entry.time).toBe('2026-09-21T14:13:20.123Z');
  },
);

const call = (changes: Partial<ToolCallAnswer>): ToolCallAnswer => ({
  ...{ call_id: 'c', tool: 't', action: '', action_class: null, verdict: '', reason: '', enforcement: '' },
  ...{ outcome: '', approval_id: '', rollback_note: '', principal: 'p', start: '2026-01-01T00:00:00.000Z' },
  ...changes,
});

test('a call is one, with what its later records add', () => {
  const merged = mergeCalls([
    call({ verdict: 'require_approval', enforcement: 'waiting', action_class: 3, rollback_note: 'n' }),
    call({ enforcement: 'executed', start: '2026-01-01T00:00:05.000Z' }),
    call({ outcome: 'succeeded', start: '2026-01-01T00:00:06.000Z' }),
    call({ tool: 'other' }),
  ]);
  expect(merged).toEqual([
    call({
      verdict: 'require_approval',
      enforcement: 'executed',
      outcome: 'succeeded',
      action_class: 3,
      rollback_note: 'n',
    }),
    call({ tool: 'other' }),
  ]);
});

test('a call that was executed stays so, whatever a process that resumes its run is told', () => {
  const [merged] = mergeCalls([
    call({ verdict: 'require_approval', enforcement: 'executed', reason: 'approval_granted' }),
    call({ outcome: 'unknown' }),
    call({ verdict: 'deny', enforcement: 'blocked', reason: 'already_dispatched' }),
  ]);
  expect(merged).toMatchObject({ enforcement: 'executed', outcome: 'unknown', reason: 'already_dispatched' });
});

test('a call that was dispatched and never heard of is unknown', () => {
  expect(mergeCalls([call({ verdict: 'allow', enforcement: 'executed' })])).toMatchObject([
    { outcome: 'unknown' },
  ]);
  expect(mergeCalls([call({ verdict: 'deny', enforcement: 'blocked' })])).toMatchObject([{ outcome: '' }]);
});
