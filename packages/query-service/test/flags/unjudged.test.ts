import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { evaluateControls, evaluateRest } from '../../src/flags/evaluate.ts';
import { unjudgedCount, unjudgedSubjects } from '../../src/flags/unjudged.ts';
import { seconds, systemClock } from '../../src/state/time.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';
import { agentOf, collect } from './agent.ts';
import { refuseRows } from './broken-table.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
let auditor: string;
/** Every grace is over, but for that of what is found now. */
let ahead = seconds(7200);
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const clock = systemClock();
  service = await startService({
    store: { reader, service: writer },
    clock: () => clock() + ahead,
    background: [],
  });
  service.service.start();
  flow = await approvalFlow(service);
  auditor = await service.person('auditor@example.com', ['auditor'], ['*']);
});
afterEach(() => mend());
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

let mend = async (): Promise<void> => {};
const breakFor = async (run_id: string, table: string, condition = '1 = 1') => {
  mend = await refuseRows(service.service.control, table, `new.run_id = '${run_id}' and ${condition}`);
};

const list = z.object({
  items: z.array(
    z.looseObject({ control: z.string(), state: z.string(), summary: z.string(), severity: z.string() }),
  ),
});
const flagsOf = async (run_id: string) =>
  list.parse((await service.call(auditor, 'GET', `/v1/flags?run_id=${run_id}`)).body).items;
const openOf = async (run_id: string) =>
  (await flagsOf(run_id)).filter(({ state }) => state === 'open').map(({ control }) => control);

async function violating(): Promise<string> {
  const run_id = await flow.run();
  const agent = agentOf(flow, run_id);
  agent.start();
  agent.tool('drop_database', 'delete', 3, {});
  await collect(clickhouse, agent.rows);
  return run_id;
}

const units = z.object({ items: z.array(z.looseObject({ run_id: z.string(), result: z.string() })) });
async function resultOf(run_id: string, control: string): Promise<string | undefined> {
  const path = `/v1/controls/${control}/population?limit=200`;
  const { items } = units.parse((await service.call(auditor, 'GET', path)).body);
  return items.find((unit) => unit.run_id === run_id)?.result;
}

test.each(['continuous', 'whole'] as const)(
  'what one run’s evidence does to one control holds up no other run, no other control, and is flagged until it is over: %s',
  async (kind) => {
    const { deps } = service.service;
    const evaluate = () => evaluateControls(deps, { continuous: kind === 'continuous' });
    const bad = await violating();
    const others = [await violating(), await violating(), await violating()];
    await breakFor(bad, 'flags', `new.control = 'tool_listed'`);
    await evaluate();
    for (const run_id of others) expect(await openOf(run_id)).toContain('tool_listed');
    const found = await openOf(bad);
    expect(found).not.toContain('tool_listed');
    expect(found).not.toContain('run_judged');
    expect(await unjudgedCount(deps.control)).toBe(1);
    if (kind === 'continuous') await evaluateRest(deps);
    else expect(found).toContain('approval_matches');
    // Nothing passes meanwhile.
    expect(await resultOf(bad, 'tool_listed')).toBe('unknown');
    expect(await resultOf(others[0] ?? '', 'tool_listed')).toBe('failed');

    ahead += seconds(70);
    await evaluate();
    expect((await flagsOf(bad)).find(({ control }) => control === 'run_judged')).toMatchObject({
      state: 'open',
      severity: 'critical',
      summary: 'The run could not be judged by tool_listed.',
      evidence: { parts: ['tool_listed'] },
    });
    expect(await service.service.flush()).toBe(true);
    ahead += seconds(700);
    expect(await resultOf(bad, 'tool_listed')).toBe('unknown');
    expect(await resultOf(bad, 'run_judged')).toBe('failed');

    await mend();
    ahead += seconds(3600);
    await evaluate();
    expect(await openOf(bad)).toContain('tool_listed');
    expect((await flagsOf(bad)).find(({ control }) => control === 'run_judged')).toMatchObject({
      state: 'cleared',
    });
    expect(await unjudgedCount(deps.control)).toBe(0);
    expect(await service.service.flush()).toBe(true);
    expect(await resultOf(bad, 'tool_listed')).toBe('failed');
  },
);

test('a run that cannot even be flagged holds up no other', async () => {
  const { deps } = service.service;
  const bad = await violating();
  const other = await violating();
  await breakFor(bad, 'flags');
  await evaluateControls(deps);
  ahead += seconds(70);
  await evaluateControls(deps);
  expect(await openOf(other)).toContain('tool_listed');
  expect(await flagsOf(bad)).toEqual([]);
  ahead += seconds(7200);
  expect(await resultOf(bad, 'tool_listed')).toBe('unknown');
  await mend();
  ahead += seconds(3600);
  await evaluateControls(deps);
  expect(await openOf(bad)).toContain('tool_listed');
});

test('nor does a run of which the service’s own facts cannot be read', async () => {
  const { deps } = service.service;
  const [bad, ...others] = [await violating(), await violating(), await violating()];
  const setRegistered = (text: string) =>
    deps.control.change(({ db }) =>
      db.updateTable('runs').set({ registered_at: text }).where('run_id', '=', bad).execute(),
    );
  const { registered_at } = await deps.control.db
    .selectFrom('runs')
    .select('registered_at')
    .where('run_id', '=', bad)
    .executeTakeFirstOrThrow();
  await setRegistered('no time');
  await evaluateControls(deps);
  for (const run_id of others) expect(await openOf(run_id)).toContain('tool_listed');
  ahead += seconds(70);
  await evaluateControls(deps);
  const found = await flagsOf(bad);
  expect(found.map(({ control }) => control)).toEqual(['run_judged']);
  expect(found[0]?.summary).toContain('tool_listed');
  await setRegistered(registered_at);
  ahead += seconds(3600);
  await evaluateControls(deps);
  expect(await openOf(bad)).toContain('tool_listed');
  expect(await openOf(bad)).not.toContain('run_judged');
});

test('what cannot be drawn of one run’s samples keeps no other from being judged', async () => {
  const { deps } = service.service;
  const acting = async () => {
    const run_id = await flow.run();
    const agent = agentOf(flow, run_id);
    agent.start();
    agent.say('tool_finished', {
      ...{ tool: 'set_status', action: 'update_status', action_class: 2, call_id: 'c' },
      // Each that failed is drawn.
      ...{ enforcement: 'executed', outcome: 'failed' },
    });
    await collect(clickhouse, agent.rows);
    return run_id;
  };
  const [bad, other] = [await acting(), await acting()];
  await breakFor(bad, 'samples');
  await evaluateControls(deps);
  const drawn = async () =>
    (await deps.control.db.selectFrom('samples').select('run_id').execute()).map(({ run_id }) => run_id);
  expect(await drawn()).toContain(other);
  expect(await drawn()).not.toContain(bad);
  await mend();
  ahead += seconds(70);
  await evaluateControls(deps);
  expect(await drawn()).toContain(bad);
});

test('a flag that cannot be cleared is tried again, and nothing is forgotten meanwhile', async () => {
  const { deps } = service.service;
  const bad = await violating();
  await breakFor(bad, 'flags', `new.control = 'tool_listed'`);
  await evaluateControls(deps);
  ahead += seconds(70);
  await evaluateControls(deps);
  expect(await openOf(bad)).toContain('run_judged');
  await mend();
  const allow = await refuseRows(
    deps.control,
    'evidence_outbox',
    `new.table_name = 'flags' and new.row like '%"control":"run_judged"%' and new.row like '%${bad}%'`,
  );
  ahead += seconds(3600);
  await evaluateControls(deps);
  await allow();
  expect(await openOf(bad)).toEqual(expect.arrayContaining(['tool_listed', 'run_judged']));
  expect(await unjudgedSubjects(deps.control, 'tool_listed')).toEqual([bad]);
  ahead += seconds(3600);
  await evaluateControls(deps);
  expect(await openOf(bad)).not.toContain('run_judged');
  expect(await unjudgedCount(deps.control)).toBe(0);
});

test('where nothing can be written, that is nothing about a run, and no run is tried by itself', async () => {
  const { deps } = service.service;
  const runs = [await violating(), await violating(), await violating(), await violating()];
  let changes = 0;
  const change = () => {
    changes += 1;
    return Promise.reject(new Error('another process does the background work'));
  };
  const away = {
    ...deps,
    control: { ...deps.control, exclusively: deps.control.exclusively.bind(deps.control), change },
  };
  await expect(evaluateControls(away)).rejects.toThrow('another process');
  expect(changes).toBeLessThan(5);
  expect(await unjudgedCount(deps.control)).toBe(0);
  await evaluateControls(deps);
  for (const run_id of runs) expect(await openOf(run_id)).toContain('tool_listed');
});
