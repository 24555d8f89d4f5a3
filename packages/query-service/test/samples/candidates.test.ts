import { expect, test } from 'vitest';
import { exampleRecord } from '../../src/controls/examples.ts';
import { type ExecutedAction, toActions } from '../../src/samples/candidates.ts';

const record = (changes: Partial<ExecutedAction>): ExecutedAction =>
  exampleRecord('gate_decided', { call_id: 'c', tool: 'set_status', action_class: 2, ...changes });

test('the decision and the end of a call are one action, by the number of its decision, in any order', () => {
  const decision = record({ seq: 3 });
  const end = record({ kind: 'tool_finished', seq: 4 });
  for (const rows of [
    [decision, end],
    [end, decision],
  ])
    expect(toActions(rows)).toMatchObject([{ call_id: 'c', seq: 3 }]);
});

test('an end whose decision has not arrived is an action all the same', () => {
  expect(toActions([record({ kind: 'tool_finished', seq: 4 })])).toMatchObject([{ call_id: 'c', seq: 4 }]);
});

test('a decision and an end in one record are one action, beside those of the same id in two', () => {
  const one = record({ kind: 'tool_called', seq: 5 });
  expect(toActions([one])).toMatchObject([{ call_id: 'c', seq: 5 }]);
  const two = [record({ seq: 1 }), record({ kind: 'tool_finished', seq: 3 })];
  expect(toActions([...two, one]).map(({ call_id, seq }) => [call_id, seq])).toEqual([
    ['c', 1],
    ['c#2', 5],
  ]);
});

test('a repeated call id hides nothing: each use is an action of its own', () => {
  const rows = [1, 3, 5].flatMap((seq) => [record({ seq }), record({ kind: 'tool_finished', seq: seq + 1 })]);
  expect(toActions(rows).map(({ call_id, seq }) => [call_id, seq])).toEqual([
    ['c', 1],
    ['c#2', 3],
    ['c#3', 5],
  ]);
});

test('how an action ended is what its end says, in any order, and nothing before that', () => {
  const decision = record({ seq: 3 });
  const end = record({ kind: 'tool_finished', seq: 4, outcome: 'failed' });
  expect(toActions([end, decision])).toMatchObject([{ seq: 3, outcome: 'failed' }]);
  expect(toActions([decision])).toMatchObject([{ outcome: '' }]);
});

test('nor does one call id for several tools, nor one that looks like the name of a use', () => {
  const idsOf = (...rows: ExecutedAction[]) => toActions(rows).map(({ call_id }) => call_id);
  const ids = idsOf(
    ...[record({ seq: 1 }), record({ seq: 2, tool: 'set_owner' }), record({ seq: 3 })],
    ...[record({ seq: 4, call_id: 'c#2' }), record({ seq: 5, call_id: 'c##2' })],
    ...[record({ seq: 6, call_id: 'c\0' }), record({ seq: 7, call_id: 'c\ufffd' })],
  );
  expect(new Set(ids).size).toBe(7);
  expect(ids[0]).toBe('c');
});

test('nor does a use that is sent after a later one: that one keeps its name', () => {
  const [early, late] = [record({ seq: 7 }), record({ seq: 2 })];
  const named = (rows: ExecutedAction[]) =>
    Object.fromEntries(toActions(rows).map(({ call_id, seq }) => [seq, call_id]));
  expect(named([early])).toEqual({ 7: 'c' });
  expect(named([{ ...late, since: early.since + 1n }, early])).toEqual({ 7: 'c', 2: 'c#2' });
});
