import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { coverageList, unitAnswer } from '../../src/controls/coverage.ts';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { systemClock, timeText } from '../../src/state/time.ts';
import { agentOf, collect } from '../flags/agent.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
let auditor: string;
let stranger: string;
/** Seconds that the service's clock is ahead. */
let ahead = 0n;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const clock = systemClock();
  service = await startService({
    store: { reader, service: writer },
    clock: () => clock() + ahead * 1_000_000_000n,
    background: [],
  });
  service.service.start();
  flow = await approvalFlow(service);
  auditor = await service.person('auditor@example.com', ['auditor'], ['*']);
  stranger = await service.person('stranger@example.com', ['owner'], ['elsewhere']);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const ARGS = { target: 'production', version: 'v1.2.3' };

/** A run of one class-3 call that an approval was asked, given and used for, unless `changes` say otherwise. */
async function deploy(call_id: string, approved: boolean, action_class: 1 | 3 = 3): Promise<string> {
  const run_id = await flow.run();
  const agent = agentOf(flow, run_id);
  agent.start();
  let approval_id = '';
  if (approved) {
    const { body } = await flow.ask(run_id, { call_id });
    approval_id = String(body['approval_id']);
    await flow.decide(flow.alice, approval_id);
    await flow.consume(approval_id, run_id, { call_id });
  }
  agent.tool('deploy', 'deploy', action_class, ARGS, { call_id, approval_id, rollback_note: 'redeploy' });
  agent.seal();
  await collect(clickhouse, agent.rows);
  return run_id;
}

const read = async (query = '', token = auditor) =>
  coverageList.parse((await service.call(token, 'GET', `/v1/controls/coverage?${query}`)).body);
async function coverage(control: string, query = '') {
  const { items } = await read(query);
  for (const { population, passed, failed, unknown } of items)
    expect(passed + failed + unknown).toBe(population);
  const { population, passed, failed, unknown } = items.find((each) => each.control === control) ?? {};
  return { population, passed, failed, unknown };
}
const page = z.object({
  items: z.array(unitAnswer.extend({ at: z.iso.datetime() })),
  next_cursor: z.string().nullable(),
});
async function population(control: string, query = '') {
  const found = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path: string = `/v1/controls/${control}/population?limit=1&${query}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const answer = page.parse((await service.call(auditor, 'GET', path)).body);
    found.push(...answer.items);
    cursor = answer.next_cursor;
  }
  return found;
}

/** As if everything had been evaluated once more after an hour in which nothing arrived. */
async function anHourLater(): Promise<void> {
  ahead += 3600n;
  await evaluateControls(service.service.deps, { since: 0n });
  await service.service.flush();
  const value = timeText(service.service.deps.clock());
  await service.service.control.change(async ({ db }) => {
    await db
      .updateTable('state_values')
      .set({ value })
      .where('name', '=', 'controls.evaluated_until')
      .execute();
  });
}

test('what is not evaluated yet is unknown, and neither passed nor failed', async () => {
  await deploy('fine-1', true);
  await deploy('fine-2', true);
  await deploy('bare', false);
  expect(await coverage('approval_matches')).toEqual({ population: 3, passed: 0, failed: 0, unknown: 3 });
  await evaluateControls(service.service.deps);
  // Evidence this new may still be missing something that is on its way.
  expect((await coverage('approval_matches')).passed).toBe(0);
});

test('each class-3 call passes or fails once, and no call leaves the population by claiming a lower class', async () => {
  const lowered = await deploy('lowered', false, 1);
  await anHourLater();
  expect(await coverage('approval_matches')).toEqual({ population: 4, passed: 2, failed: 2, unknown: 0 });
  expect(await coverage('owner_named')).toEqual({ population: 4, passed: 4, failed: 0, unknown: 0 });
  const units = await population('approval_matches');
  expect(units.map(({ unit, result }) => [unit, result]).sort()).toEqual([
    ['bare', 'failed'],
    ['fine-1', 'passed'],
    ['fine-2', 'passed'],
    ['lowered', 'failed'],
  ]);
  const [one] = await population('approval_matches', 'result=failed');
  expect(one).toMatchObject({ run_id: lowered, unit: 'lowered', workflow: 'ops-deploy' });
  const flag = await service.call(auditor, 'GET', `/v1/flags/${one?.flag_id}`);
  expect(flag.body).toMatchObject({ control: 'approval_matches', run_id: lowered });
});

test('what people say about a flag does not turn a failure into a pass; evidence that clears it does', async () => {
  const [one] = await population('approval_matches', 'result=failed');
  await service.call(flow.owner, 'POST', `/v1/flags/${one?.flag_id}/resolve`, { note: 'known' });
  await service.service.flush();
  expect((await coverage('approval_matches')).failed).toBe(2);
  const run_id = await flow.run();
  const agent = agentOf(flow, run_id);
  agent.start();
  await collect(clickhouse, agent.rows);
  await anHourLater();
  expect(await coverage('final_status_present')).toMatchObject({ population: 5, failed: 1 });
  agent.seal();
  await collect(clickhouse, agent.rows);
  await anHourLater();
  expect(await coverage('final_status_present')).toEqual({ population: 5, passed: 5, failed: 0, unknown: 0 });
});

test('incidents are counted as such: two that nobody acknowledged in time, and one whose flag was cleared', async () => {
  expect(await coverage('incident_path_reached')).toEqual({
    population: 3,
    passed: 1,
    failed: 2,
    unknown: 0,
  });
  const failed = await population('incident_path_reached', 'result=failed');
  for (const { unit, flag_id } of failed) {
    const { body } = await service.call(auditor, 'GET', `/v1/flags/${flag_id}`);
    expect(body).toMatchObject({ control: 'incident_path_reached', evidence: { notification_id: unit } });
  }
});

test('is of the period and of the teams that are asked for, and agrees with its population', async () => {
  const { items } = await read();
  for (const { control, population: size, failed } of items) {
    const units = await population(control);
    expect([control, units.length]).toEqual([control, size]);
    expect([control, units.filter(({ result }) => result === 'failed').length]).toEqual([control, failed]);
  }
  expect((await read('to=2026-01-01')).items).toEqual([]);
  expect((await read('workflow=other')).items).toEqual([]);
  expect((await read('', stranger)).items).toEqual([]);
});
