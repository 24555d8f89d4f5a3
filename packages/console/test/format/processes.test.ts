import { expect, test } from 'vitest';
import { timelineEntry } from '../../src/browser/api/evidence-shapes.ts';
import { callNote, outcomeNote } from '../../src/browser/format/outcome.ts';
import { processesOf, processText } from '../../src/browser/format/processes.ts';

const entry = (fields: object) =>
  timelineEntry.parse({ time: 't', kind: 'run_started', source: 'agent', ...fields });
const registered = entry({
  ...{ source: 'service', kind: 'run_registered', time: 't1', actor: 'support', writer: 's' },
  detail: { writer: 'a' },
});
const resumed = entry({
  ...{ source: 'service', kind: 'run_resumed', time: 't2', actor: 'support', writer: 's' },
  detail: { writer: 'b', earlier_writers: ['a'] },
});

test('processes are numbered as the service got to know them', () => {
  const timeline = [registered, entry({ writer: 'a' }), resumed, entry({ writer: 'b' })];
  expect(processesOf(timeline)).toEqual([
    { writer: 'a', number: 1, how: 'started', at: 't1', by: 'support' },
    { writer: 'b', number: 2, how: 'resumed', at: 't2', by: 'support' },
  ]);
});

test('an agent cannot say of itself that it resumed a run', () => {
  const forged = entry({ kind: 'run_resumed', writer: 'x', detail: { writer: 'y' } });
  const processes = processesOf([forged, registered]);
  expect(processes.map(({ writer, how }) => [writer, how])).toEqual([
    ['a', 'started'],
    ['x', 'unknown'],
  ]);
  expect(processes.map(processText)[1]).toBe('process 2, which the service does not know');
});

test('the service is no process of the agent, and a record without its writer is nobody’s', () => {
  expect(processesOf([entry({ source: 'service', writer: 's' }), entry({})])).toEqual([]);
});

const call = (enforcement: string | null, outcome: string | null, reason: string | null = null) => ({
  ...{ enforcement, outcome, reason },
});

test('an outcome that nobody saw says that the call may have happened', () => {
  expect(outcomeNote(call('executed', 'unknown'))).toContain('may have happened');
  expect(outcomeNote(call('refused', 'unknown', 'already_dispatched'))).toMatch(
    /may have happened. It was not made a second time/,
  );
  expect(callNote(call('executed', null))).toContain('No end of it is on record');
});

test.each([
  call('executed', 'succeeded'),
  call('executed', 'failed'),
  call('blocked', null, 'tool_not_listed'),
  call('waiting', null),
  call(null, null),
])('an outcome that is known, or that cannot be, needs no explanation: %j', (one) => {
  expect(callNote(one)).toBeUndefined();
});
