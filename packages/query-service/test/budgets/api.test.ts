import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { sweepLeases } from '../../src/budgets/expire-leases.ts';
import { createAgentKey, systemClock } from '../../src/index.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { type Answer, codeOf, startService, type TestService } from '../support/service.ts';
import { workflowYaml } from '../support/workflow.ts';

const BUDGET = '{ per_run: "5", per_day: "8", per_month: "100" }';
let service: TestService;
let flow: Flow;
/** Seconds that the service's clock is ahead. */
let ahead: bigint;
beforeEach(async () => {
  ahead = 0n;
  const clock = systemClock();
  service = await startService({ clock: () => clock() + ahead * 1_000_000_000n });
  flow = await approvalFlow(service, { budget: BUDGET });
});
afterEach(() => service.close());

interface Process {
  readonly run_id: string;
  readonly writer: string;
}
const process = async (): Promise<Process> => ({ run_id: await flow.run(), writer: uuidv4() });

const ask = (
  { run_id, writer }: Process,
  wanted_usd: string,
  { key = flow.agent, lease_id = uuidv7(), minimum_usd = wanted_usd, settled = [] as unknown[] } = {},
) =>
  service.call(key, 'POST', `/v1/runs/${run_id}/leases`, {
    ...{ lease_id, writer, wanted_usd, minimum_usd, settled },
  });

const settle = ({ run_id, writer }: Process, lease_id: unknown, spent_usd: string, closed = false) =>
  service.call(flow.agent, 'POST', `/v1/runs/${run_id}/leases/settle`, {
    ...{ writer, settled: [{ lease_id, spent_usd, closed }] },
  });

const items = z.object({ items: z.array(z.looseObject({ limit: z.string() })) });
async function budgets(query = ''): Promise<Record<string, unknown>> {
  const { body } = await service.call(flow.owner, 'GET', `/v1/budgets?workflow=ops-deploy${query}`);
  return Object.fromEntries(items.parse(body).items.map((item) => [item.limit, item]));
}

async function records(kind: string) {
  const rows = await service.service.control.db
    .selectFrom('evidence_outbox')
    .select('row')
    .where('table_name', '=', 'service_records')
    .orderBy('position')
    .execute();
  return rows.map(({ row }) => JSON.parse(JSON.parse(row).record)).filter((record) => record.kind === kind);
}

const issueOf = ({ body }: Answer) =>
  z
    .object({ error: z.object({ issues: z.array(z.object({ path: z.string(), message: z.string() })) }) })
    .parse(body).error.issues[0];

describe('a lease', () => {
  test('counts in its run, its day and its month, and what is not spent comes back', async () => {
    const one = await process();
    const answer = await ask(one, '2');
    expect(answer).toMatchObject({ status: 201, body: { granted_usd: '2', warnings: [] } });
    const { lease_id } = answer.body;
    expect(Number(answer.body['expires_in_ms'])).toBeGreaterThan(25_000);
    const held = { spent_usd: '0', reserved_usd: '2', unsettled_usd: '0', live_leases: 1 };
    expect(await budgets()).toMatchObject({
      per_run: { ...held, name: one.run_id, limit_usd: '5', available_usd: '3' },
      per_day: { ...held, limit_usd: '8', available_usd: '6' },
      per_month: { ...held, limit_usd: '100', available_usd: '98' },
    });
    expect((await settle(one, lease_id, '0.5')).body).toEqual({ settled: [lease_id] });
    expect(await budgets()).toMatchObject({ per_day: { spent_usd: '0.5', reserved_usd: '1.5' } });
    await settle(one, lease_id, '0.7', true);
    const spent = { spent_usd: '0.7', reserved_usd: '0', live_leases: 0 };
    expect(await budgets()).toMatchObject({ per_run: spent, per_day: spent, per_month: spent });
  });

  test('of fifty that ask at once, as many get one as fit, and every other is refused and on record', async () => {
    const processes = await Promise.all(Array.from({ length: 10 }, process));
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => ask(processes[index % 10] as Process, '0.5')),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(16);
    const refused = answers.filter((answer) => codeOf(answer) === 'over_budget');
    expect(refused).toHaveLength(34);
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 402));
    expect(issueOf(refused[0] as Answer)).toMatchObject({ path: 'budget.per_day' });
    const recorded = (await records('budget_warned')).filter(({ reason }) => reason === 'over_budget');
    expect(recorded).toHaveLength(34);
    expect(recorded[0]).toMatchObject({
      verdict: 'deny',
      enforcement: 'refused',
      detail: { limit: 'per_day' },
    });
    expect(await budgets()).toMatchObject({ per_day: { reserved_usd: '8', available_usd: '0' } });
  });

  test('asked for again with its id is the same lease; with another process’s it is none', async () => {
    const [one, two] = [await process(), await process()];
    const lease_id = uuidv7();
    const [first, ...more] = await Promise.all([1, 2, 3].map(() => ask(one, '1', { lease_id })));
    for (const again of more) expect(again.body['granted_usd']).toBe(first?.body['granted_usd']);
    expect(await budgets()).toMatchObject({ per_day: { reserved_usd: '1' } });
    expect(codeOf(await ask(two, '1', { lease_id }))).toBe('conflict');
  });

  test('the ledger goes on where it stood after a restart', async () => {
    const one = await process();
    const { body } = await ask(one, '3');
    await service.restart();
    expect((await settle(one, body['lease_id'], '2')).body).toEqual({ settled: [body['lease_id']] });
    expect(codeOf(await ask(one, '2.5'))).toBe('over_budget');
    await service.restart();
    expect((await ask(one, '2')).status).toBe(201);
  });

  test('more than is available is not given, and less than the least is refused with the limit that is short', async () => {
    const one = await process();
    expect((await ask(one, '100', { minimum_usd: '0.1' })).body).toMatchObject({ granted_usd: '2.5' });
    const over = await ask(one, '3');
    expect(issueOf(over)).toMatchObject({
      path: 'budget.per_run',
      message: expect.stringContaining('5 USD'),
    });
  });

  test('a limit that is reached leaves nothing, not even a lease of nothing', async () => {
    const one = await process();
    const { body } = await ask(one, '1');
    await settle(one, body['lease_id'], '9', true);
    expect(codeOf(await ask(one, '0'))).toBe('over_budget');
    expect(await budgets()).toMatchObject({ per_run: { spent_usd: '9', available_usd: '0' } });
  });

  test.each([
    ['more than the ledger leases', { wanted_usd: '1', minimum_usd: '100000.1' }],
    ['less wanted than the least', { wanted_usd: '1', minimum_usd: '2' }],
    ['a negative amount', { wanted_usd: '-1', minimum_usd: '0' }],
    ['an amount that is no decimal', { wanted_usd: '1e3', minimum_usd: '0' }],
    ['an unknown field', { wanted_usd: '1', minimum_usd: '0', limit_usd: '1000' }],
  ])('%s is refused', async (_, over) => {
    const { run_id, writer } = await process();
    const body = { lease_id: uuidv7(), writer, settled: [], ...over };
    const answer = await service.call(flow.agent, 'POST', `/v1/runs/${run_id}/leases`, body);
    expect(codeOf(answer)).toBe('invalid_request');
  });
});

describe('whose lease it is', () => {
  test('a run of another principal or team has none for this key', async () => {
    const one = await process();
    const other = await createAgentKey(service.service.control, {
      ...{ principal: 'another', team: 'ops', workflows: ['*'], created_by: 'test' },
    });
    for (const key of [other.key, await service.key('sales')]) {
      expect(codeOf(await ask(one, '1', { key }))).toBe('not_found');
      const path = `/v1/runs/${one.run_id}/leases/settle`;
      const settled = [{ lease_id: uuidv7(), spent_usd: '1', closed: true }];
      expect(codeOf(await service.call(key, 'POST', path, { writer: one.writer, settled }))).toBe(
        'not_found',
      );
    }
    const stranger = await service.person('stranger@example.com', ['owner'], ['sales']);
    await ask(one, '1');
    expect((await service.call(stranger, 'GET', '/v1/budgets')).body['items']).toEqual([]);
  });

  test('a process settles its own leases only', async () => {
    const [one, two] = [await process(), await process()];
    const { body } = await ask(one, '1');
    expect((await settle(two, body['lease_id'], '1', true)).body).toEqual({ settled: [] });
    const sameRun = { ...one, writer: two.writer };
    expect((await settle(sameRun, body['lease_id'], '1', true)).body).toEqual({ settled: [] });
    expect(await budgets()).toMatchObject({ per_day: { reserved_usd: '1', spent_usd: '0' } });
  });

  test('a suspended workflow and a replaced policy get none, and what was spent is booked all the same', async () => {
    const one = await process();
    const { body } = await ask(one, '1');
    const settled = [{ lease_id: body['lease_id'], spent_usd: '0.25', closed: false }];
    await service.call(flow.owner, 'POST', '/v1/workflows/ops-deploy/suspend', { reason: 'incident' });
    expect(codeOf(await ask(one, '1', { settled }))).toBe('workflow_suspended');
    expect(await budgets()).toMatchObject({ per_day: { spent_usd: '0.25' } });
    await service.call(flow.owner, 'POST', '/v1/workflows/ops-deploy/resume', { reason: 'over' });
    await service.call(flow.owner, 'POST', '/v1/workflows', { yaml: workflowYaml({ perRun: '4' }) });
    expect(codeOf(await ask(one, '1'))).toBe('policy_not_registered');
    expect((await settle(one, body['lease_id'], '0.5', true)).body).toEqual({ settled: [body['lease_id']] });
    const reasons = (await records('budget_warned')).map(({ reason }) => reason);
    expect(reasons).toEqual(['workflow_suspended', 'policy_superseded']);
  });
});

describe('a process that falls silent', () => {
  test('keeps what it holds while it is heard of, and then its rest counts as spent until it settles', async () => {
    const one = await process();
    const first = await ask(one, '2');
    const { lease_id } = first.body;
    ahead = 25n;
    await ask(one, '1');
    ahead = 40n;
    await sweepLeases(service.service.deps);
    expect(await budgets()).toMatchObject({ per_day: { reserved_usd: '3', unsettled_usd: '0' } });
    ahead = 60n;
    await sweepLeases(service.service.deps);
    const unheard = { spent_usd: '3', reserved_usd: '0', unsettled_usd: '3', live_leases: 0 };
    expect(await budgets()).toMatchObject({ per_run: unheard, per_day: unheard, per_month: unheard });
    const recorded = await records('budget_warned');
    expect(recorded).toContainEqual(
      expect.objectContaining({
        detail: expect.objectContaining({ event: 'lease_expired', unsettled_usd: '2' }),
      }),
    );
    // Late, and while it may still spend, its rest stays counted; closed, it comes back.
    await settle(one, lease_id, '0.5');
    expect(await budgets()).toMatchObject({ per_day: { spent_usd: '3', unsettled_usd: '2.5' } });
    await settle(one, lease_id, '0.5', true);
    expect(await budgets()).toMatchObject({ per_day: { spent_usd: '1.5', unsettled_usd: '1' } });
    await settle(one, lease_id, '0.5', true);
    expect(await budgets()).toMatchObject({ per_day: { spent_usd: '1.5', unsettled_usd: '1' } });
  });

  test('a lease counts in the day in which it was granted, also when it is settled in the next', async () => {
    const one = await process();
    const { body } = await ask(one, '2');
    ahead = 86_400n;
    await settle(one, body['lease_id'], '2', true);
    await ask(one, '1');
    const { body: days } = await service.call(flow.owner, 'GET', '/v1/budgets?period=per_day');
    expect(items.parse(days).items).toMatchObject([
      { spent_usd: '0', reserved_usd: '1' },
      { spent_usd: '2', reserved_usd: '0' },
    ]);
  });
});

describe('early warnings', () => {
  test('come once at each percentage, with the lease and as records; what is only reserved warns of nothing', async () => {
    const one = await process();
    const spend = async (spent_usd: string) => {
      const { body } = await ask(one, '1', { minimum_usd: '0' });
      await settle(one, body['lease_id'], spent_usd, true);
    };
    const warned = async () =>
      (await records('budget_warned'))
        .filter(({ detail }) => detail.percent !== undefined)
        .map(({ detail, run_id }) => [detail.limit, detail.percent, run_id === one.run_id])
        .sort();
    await spend('2.4');
    expect(await warned()).toEqual([]);
    await spend('0.1');
    expect(await warned()).toEqual([['per_run', 50, true]]);
    expect((await ask(one, '0.1')).body).toMatchObject({ warnings: [{ limit: 'per_run', percent: 50 }] });
    await spend('2.3');
    expect(await warned()).toEqual([
      ['per_day', 50, false],
      ['per_run', 50, true],
      ['per_run', 80, true],
      ['per_run', 95, true],
    ]);
    await spend('0');
    expect(await warned()).toHaveLength(4);
    expect(await budgets()).toMatchObject({
      per_run: { warned_percent: 95 },
      per_month: { warned_percent: null },
    });
  });

  test('another limit is warned of anew', async () => {
    const one = await process();
    const { body } = await ask(one, '2');
    await settle(one, body['lease_id'], '4.5', true);
    const raised = await approvalFlowLimits('{ per_run: "9", per_day: "9", per_month: "100" }');
    const two = { run_id: await raised.run(), writer: uuidv4() };
    const { body: second } = await ask(two, '0.1', { minimum_usd: '0' });
    await settle(two, second['lease_id'], '0.01', true);
    const of = (await records('budget_warned')).map(({ detail }) => [
      detail.limit,
      detail.percent,
      detail.limit_usd,
    ]);
    expect(of.sort()).toEqual([
      ['per_day', 50, '8'],
      ['per_day', 50, '9'],
      ['per_run', 50, '5'],
      ['per_run', 80, '5'],
    ]);
  });
});

/** The same workflow under other limits, registered anew; its runs are of the new version. */
async function approvalFlowLimits(budget: string): Promise<{ run(): Promise<string> }> {
  const yaml = workflowYaml({ budget });
  const { body } = await service.call(flow.owner, 'POST', '/v1/workflows', { yaml });
  return {
    run: async () => {
      const start = { workflow: 'ops-deploy', policy_version: body['policy_version'], writer: uuidv4() };
      const answer = await service.call(flow.agent, 'POST', '/v1/runs', { ...start, initiator: 'somebody' });
      return String(answer.body['run_id']);
    },
  };
}

test('accounts come in pages, each once', async () => {
  for (let index = 0; index < 7; index++) await ask(await process(), '0.1');
  const names: string[] = [];
  let cursor = '';
  do {
    const { body } = await service.call(flow.owner, 'GET', `/v1/budgets?limit=4${cursor}`);
    const page = z
      .object({ items: z.array(z.object({ name: z.string() })), next_cursor: z.string().nullable() })
      .parse(body);
    names.push(...page.items.map(({ name }) => name));
    cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
  } while (cursor !== '');
  expect(names).toHaveLength(9);
  expect(new Set(names).size).toBe(9);
});
