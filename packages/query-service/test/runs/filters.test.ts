import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { Agent, collect } from '../flags/agent.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
let auditor: string;
/** Runs by what they did. */
const runs: Record<'dear' | 'cheap' | 'unpriced' | 'idle' | 'unlisted', string> = {
  ...{ dear: '', cheap: '', unpriced: '', idle: '', unlisted: '' },
};
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
  service.service.start();
  flow = await approvalFlow(service);
  auditor = await service.person('auditor@example.com', ['auditor'], ['*']);
  const act = async (name: keyof typeof runs, does: (agent: Agent) => void, token?: string) => {
    const run_id = await flow.run(token);
    const { policy_version } = flow;
    const agent = new Agent({
      ...{ run_id, policy_version, workflow: 'ops-deploy', owner: 'owner@example.com', team: 'ops' },
    });
    agent.start();
    does(agent);
    agent.seal();
    await collect(clickhouse, agent.rows);
    runs[name] = run_id;
  };
  await act('dear', (agent) => {
    agent.call('2');
    agent.call('0.5');
    agent.call(null);
  });
  await act('cheap', (agent) => agent.call('0.000000000000001'), flow.alice);
  await act('unpriced', (agent) => agent.call(null));
  await act('idle', (agent) => agent.tool('search_repo', 'search', 1, {}));
  await act('unlisted', (agent) => agent.tool('drop_table', 'update_status', 2, {}));
  await service.service.flush();
  await evaluateControls(service.service.deps);
  await service.service.flush();
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const list = z.object({
  items: z.array(z.object({ run_id: z.string() })),
  next_cursor: z.string().nullable(),
});
async function found(query: string): Promise<string[]> {
  const { status, body } = await service.call(auditor, 'GET', `/v1/runs?${query}`);
  expect([query, status, body]).toEqual([query, 200, body]);
  const ids = list.parse(body).items.map(({ run_id }) => run_id);
  return Object.entries(runs)
    .filter(([, id]) => ids.includes(id))
    .map(([name]) => name);
}

describe('runs are found by', () => {
  test.each([
    ['min_cost_usd=2.5', ['dear']],
    ['min_cost_usd=2.500000000000001', []],
    ['max_cost_usd=2.5', ['dear', 'cheap', 'idle', 'unlisted']],
    ['max_cost_usd=1', ['cheap', 'idle', 'unlisted']],
    ['min_cost_usd=0.000000000000001&max_cost_usd=2', ['cheap']],
    ['action_class=1', ['idle']],
    ['action_class=2', ['unlisted']],
    ['action_class=3', []],
    ['tool=drop_table', ['unlisted']],
    ['control=tool_listed', ['unlisted']],
    ['control=nothing', []],
    ['initiator=alice@example.com', ['cheap']],
    ['initiator=bob@example.com&tool=search_repo', ['idle']],
    ['policy_version=none', []],
    ['principal=nobody', []],
    [`tool=${encodeURIComponent("') OR 1=1 --")}`, []],
  ])('%s', async (query, names) => {
    expect(await found(query)).toEqual(names);
  });

  test('a policy version, a principal and the severity of an open flag', async () => {
    const all = Object.keys(runs);
    expect(await found(`policy_version=${flow.policy_version}`)).toEqual(all);
    expect(await found('principal=ops-agent')).toEqual(all);
    expect(await found('severity=critical')).toContain('unlisted');
  });

  test('filters hold on every page', async () => {
    const one = await service.call(auditor, 'GET', '/v1/runs?max_cost_usd=1&limit=1');
    const first = list.parse(one.body);
    const two = await service.call(
      auditor,
      'GET',
      `/v1/runs?max_cost_usd=1&limit=5&cursor=${first.next_cursor}`,
    );
    const ids = [...first.items, ...list.parse(two.body).items].map(({ run_id }) => run_id);
    expect(ids.toSorted()).toEqual([runs.cheap, runs.idle, runs.unlisted].toSorted());
  });

  test.each([
    'min_cost_usd=-1',
    'min_cost_usd=1e3',
    'min_cost_usd=2&max_cost_usd=1',
    `max_cost_usd=${'9'.repeat(30)}`,
    'max_cost_usd=0.0000000000000001',
    'action_class=4',
    'severity=bad',
    'flag=x',
  ])('and %s is refused', async (query) => {
    expect((await service.call(auditor, 'GET', `/v1/runs?${query}`)).status).toBe(400);
  });
});

describe('costs', () => {
  const costs = async (group_by: string) => {
    const { status, body } = await service.call(auditor, 'GET', `/v1/costs?group_by=${group_by}`);
    expect([group_by, status, body]).toEqual([group_by, 200, body]);
    return z
      .object({
        items: z.array(
          z.looseObject({ cost_usd: z.string(), calls: z.number(), unpriced_calls: z.number() }),
        ),
        total: z.object({ cost_usd: z.string(), calls: z.number(), unpriced_calls: z.number() }).loose(),
      })
      .parse(body);
  };

  test('are the same in total, however they are grouped', async () => {
    const { total } = await costs('workflow');
    expect(total).toMatchObject({ cost_usd: '2.500000000000001', calls: 5, unpriced_calls: 2 });
    for (const groups of ['', 'hour', 'run', 'initiator', 'principal', 'run,hour,initiator,model,day'])
      expect((await costs(groups)).total).toEqual(total);
  });

  test('by run and by initiator say whose they are', async () => {
    expect((await costs('run')).items.find(({ run }) => run === runs.dear)).toMatchObject({
      ...{ cost_usd: '2.5', calls: 3, unpriced_calls: 1 },
    });
    const initiators = (await costs('initiator')).items;
    expect(initiators.find(({ initiator }) => initiator === 'alice@example.com')).toMatchObject({ calls: 1 });
    expect(initiators).toHaveLength(2);
  });

  test('by hour name the hour in UTC', async () => {
    for (const { hour } of (await costs('hour')).items)
      expect(hour).toMatch(/^20\d\d-\d\d-\d\dT\d\d:00:00Z$/);
  });
});
