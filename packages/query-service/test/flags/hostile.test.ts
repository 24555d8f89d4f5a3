import { randomBytes } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { TOLLGATE } from '@tollgate/contract';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { systemClock } from '../../src/state/time.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';
import { Agent, agentOf, collect, span } from './agent.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
let auditor: string;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const clock = systemClock();
  service = await startService({
    store: { reader, service: writer },
    // Every grace is over.
    clock: () => clock() + 7_200_000_000_000n,
    background: [],
  });
  service.service.start();
  flow = await approvalFlow(service);
  auditor = await service.person('auditor@example.com', ['auditor'], ['*']);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const list = z.object({ items: z.array(z.looseObject({ control: z.string(), summary: z.string() })) });
const flagsOf = async (run_id: string) =>
  list.parse((await service.call(auditor, 'GET', `/v1/flags?run_id=${run_id}`)).body).items;

/** What is found of it is found whatever another agent sent, and reaches the store. */
async function judgedAllTheSame(): Promise<void> {
  const run_id = await flow.run();
  const other = agentOf(flow, run_id);
  other.start();
  other.tool('drop_database', 'delete', 3, {});
  await collect(clickhouse, other.rows);
  await evaluateControls(service.service.deps);
  expect((await flagsOf(run_id)).map(({ control }) => control)).toContain('tool_listed');
  expect(await service.service.flush()).toBe(true);
}

test('an argument whose name is no text stops no control', async () => {
  const run_id = await flow.run();
  const agent = agentOf(flow, run_id);
  agent.start();
  agent.say(
    'tool_finished',
    {
      ...{ tool: 'set_status', action: 'update_status', action_class: 2, call_id: 'c' },
      ...{ enforcement: 'executed', outcome: 'succeeded' },
    },
    {},
    { attributes: { 'tollgate.content.arguments': '{"\\ud800":1}' } },
  );
  await collect(clickhouse, agent.rows);
  await judgedAllTheSame();
  expect((await flagsOf(run_id)).find(({ control }) => control === 'scope_held')).toMatchObject({
    evidence: { field: '\ufffd' },
  });
});

test('nor does a record that is none, and whose fields have such names', async () => {
  const run_id = await flow.run();
  const agent = agentOf(flow, run_id);
  agent.start();
  agent.say('model_called');
  const attributes = { ...agent.attributes(), [TOLLGATE.record]: '{"a":{"\\udfff":1}}' };
  await collect(clickhouse, [...agent.rows, span({ attributes, trace_id: agent.trace_id })]);
  await judgedAllTheSame();
  expect((await flagsOf(run_id)).map(({ control }) => control)).toContain('evidence_chain_whole');
});

test('nor does a run whose id is no version of a UUID, as that of most traces', async () => {
  const run_id = '11111111-1111-0111-1111-111111111111';
  const agent = agentOf(flow, run_id);
  const record = { ...agent.attributes(), [TOLLGATE.record]: 'none' };
  await collect(clickhouse, [span({ attributes: record })]);
  const trace_id = 'c'.repeat(32);
  const call = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'house',
    'gen_ai.request.model': 'house-model',
    'gen_ai.usage.input_tokens': '7',
    'gen_ai.usage.output_tokens': '7',
  };
  await collect(clickhouse, [span({ trace_id, attributes: call })]);
  await judgedAllTheSame();
  expect(await flagsOf('cccccccc-cccc-cccc-cccc-cccccccccccc')).not.toEqual([]);
  expect(await flagsOf(run_id)).not.toEqual([]);
});

test('nor do names that a database cannot hold or index', async () => {
  const long = `a\0b${randomBytes(6000).toString('base64')}`;
  const run_id = await flow.run();
  const agent = agentOf(flow, run_id);
  agent.start();
  const call = {
    ...{ tool: 'set_status', action: 'update_status', action_class: 2 as const, call_id: long },
    ...{ verdict: 'allow' as const, rollback_note: 'undo it', enforcement: 'executed' as const },
  };
  agent.say('gate_decided', call, { arguments: { id: 'T-1', status: long } });
  // One that failed is a sample, whatever is drawn.
  agent.say('tool_finished', { ...call, outcome: 'failed' }, { result: 'no' });
  agent.tool(`drop\0${long}`, `delete\0${long}`, 3, {}, { call_id: long });
  const whose = { workflow: long, policy_version: `sha256:${'a'.repeat(64)}`, owner: long, team: long };
  const stranger = new Agent({ run_id: uuidv7(), ...whose });
  stranger.start();
  stranger.seal();
  await collect(clickhouse, [...agent.rows, ...stranger.rows]);
  await judgedAllTheSame();
  const found = (await flagsOf(run_id)).map(({ control }) => control);
  for (const control of ['scope_held', 'tool_listed']) expect(found).toContain(control);
  expect((await flagsOf(stranger.run.run_id)).map(({ control }) => control)).toContain('policy_registered');
  const { body } = await service.call(auditor, 'GET', `/v1/samples?run_id=${run_id}`);
  expect(body['items']).toHaveLength(1);
});
