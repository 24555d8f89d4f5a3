import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, land, row } from '../support/landing.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store.close());

const CALL = { call_id: 'c1', tool: 'search', action: 'search', action_class: 1 };
const DECISION = { verdict: 'allow', reason: 'class_1_allowed', enforcement: 'executed' };

it('a call in one record is a row with its decision and its outcome, beside calls in two', async () => {
  const run = randomUUID();
  const record = (kind: string, fields: object) =>
    row({
      SpanAttributes: {
        'tollgate.run.id': run,
        'tollgate.record': JSON.stringify({ run_id: run, kind, ...CALL, ...fields }),
      },
    });
  await land(store, [
    record('tool_called', { ...DECISION, outcome: 'succeeded' }),
    record('gate_decided', { ...DECISION, call_id: 'c2' }),
    record('tool_finished', { call_id: 'c2', outcome: 'failed' }),
    record('model_called', { call_id: 'c3' }),
  ]);
  const rows = await ask(
    store.clients.reader,
    `SELECT kind, call_id, tool, action, action_class, verdict, reason, enforcement, outcome
     FROM tool_calls WHERE run_id = {run:UUID} ORDER BY call_id, kind`,
    { run },
  );
  expect(rows).toEqual([
    { kind: 'tool_called', ...CALL, ...DECISION, outcome: 'succeeded' },
    { kind: 'gate_decided', ...CALL, ...DECISION, call_id: 'c2', outcome: '' },
    {
      kind: 'tool_finished',
      ...CALL,
      call_id: 'c2',
      verdict: '',
      reason: '',
      enforcement: '',
      outcome: 'failed',
    },
  ]);
});
