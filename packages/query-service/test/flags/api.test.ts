import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { systemClock } from '../../src/state/time.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { overPostgres } from '../support/postgres.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';
import { type Agent, agentOf, collect, span } from './agent.ts';

let clickhouse: ClickHouse;
let test_: TestService;
let flow: Flow;
let rita: string;
let auditor: string;
let admin: string;
let stranger: string;
/** Seconds that the service's clock is ahead. */
let ahead = 0n;

beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service } = clickhouse.clients;
  const clock = systemClock();
  test_ = await startService({
    store: { reader, service },
    clock: () => clock() + ahead * 1_000_000_000n,
    background: [],
  });
  test_.service.start();
  flow = await approvalFlow(test_);
  rita = await test_.person('rita@example.com', ['reviewer']);
  auditor = await test_.person('auditor@example.com', ['auditor'], ['*']);
  admin = await test_.person('admin@example.com', ['admin'], ['*']);
  stranger = await test_.person('stranger@example.com', ['owner', 'reviewer'], ['sales']);
});
afterAll(async () => {
  await test_?.close();
  await clickhouse?.close();
});

const item = z.looseObject({});
const list = z.object({ items: z.array(item), next_cursor: z.string().nullable() });
const get = async (token: string, path: string) => {
  const answer = await test_.call(token, 'GET', path);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.body;
};
const items = async (token: string, path: string) => list.parse(await get(token, path)).items;
const evaluate = async () => {
  const counts = await evaluateControls(test_.service.deps);
  await test_.service.flush();
  return counts;
};

const newAgent = async (token: string | null = flow.bob): Promise<Agent> =>
  agentOf(flow, await flow.run(token));

/** A run with one class-2 action, and its sample: the first runs of a policy version are always sampled. */
async function sampledRun(token: string | null = flow.bob): Promise<{ agent: Agent; sample_id: string }> {
  const agent = await newAgent(token);
  agent.start();
  agent.tool('set_status', 'update_status', 2, { id: 'T-1', status: 'done' });
  agent.seal();
  await collect(clickhouse, agent.rows);
  await evaluate();
  const [sample] = await items(auditor, `/v1/samples?run_id=${agent.run.run_id}`);
  return { agent, sample_id: String(sample?.['sample_id']) };
}

describe('samples', () => {
  let agent: Agent;
  let sample_id: string;
  beforeAll(async () => {
    ({ agent, sample_id } = await sampledRun());
  });

  test('a sampled action waits with its due date, and its flag is for information', async () => {
    const sample = await get(rita, `/v1/samples/${sample_id}`);
    expect(sample).toMatchObject({
      state: 'pending',
      why: expect.stringMatching(/drawn|first_runs/),
      tool: 'set_status',
    });
    const due = Date.parse(String(sample['due_at']));
    expect(due - Date.parse(String(sample['sampled_at']))).toBeLessThanOrEqual(24 * 3600_000);
    await evaluate();
    const [flag] = await items(rita, `/v1/flags?control=unreviewed_sample&run_id=${agent.run.run_id}`);
    expect(flag).toMatchObject({ severity: 'info', state: 'open', due_at: sample['due_at'] });
  });

  test('once overdue it is a breach, under the same flag', async () => {
    const [before] = await items(rita, `/v1/flags?control=unreviewed_sample&run_id=${agent.run.run_id}`);
    ahead = 25n * 3600n;
    await evaluate();
    const [flag, ...more] = await items(
      rita,
      `/v1/flags?control=unreviewed_sample&run_id=${agent.run.run_id}`,
    );
    expect(more).toEqual([]);
    expect(flag).toMatchObject({ flag_id: before?.['flag_id'], severity: 'warning', state: 'open' });
    expect(await items(rita, '/v1/samples?state=overdue')).toMatchObject([{ sample_id }]);
    ahead = 0n;
  });

  test.each([
    ['an agent', () => flow.agent, 403, 'forbidden'],
    ['somebody of another team', () => stranger, 404, 'not_found'],
    ['somebody whom the workflow does not name', () => flow.owner, 403, 'forbidden'],
    ['an admin whom the workflow does not name', () => admin, 403, 'forbidden'],
  ])('%s does not review', async (_, token, status, code) => {
    const answer = await test_.call(token(), 'POST', `/v1/samples/${sample_id}/review`, {
      verdict: 'acceptable',
      note: 'fine',
    });
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  });

  test.each([
    {},
    { verdict: 'fine', note: 'x' },
    { verdict: 'acceptable', note: '  ' },
    { verdict: 'acceptable', note: 'x', reviewer: 'me' },
  ])('refuses %j', async (body) => {
    const answer = await test_.call(rita, 'POST', `/v1/samples/${sample_id}/review`, body);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request']);
  });

  test('a reviewer reviews it once; the flag is cleared with the cause, and the record is in the chain', async () => {
    const review = { verdict: 'needs_correction', note: 'the status was wrong', scores: { care: 3 } };
    const answer = await test_.call(rita, 'POST', `/v1/samples/${sample_id}/review`, review);
    expect(answer.body).toMatchObject({ state: 'reviewed', reviewed_by: 'rita@example.com', ...review });
    const again = await test_.call(rita, 'POST', `/v1/samples/${sample_id}/review`, review);
    expect(codeOf(again)).toBe('conflict');
    await test_.service.flush();
    await evaluate();
    const [flag] = await items(rita, `/v1/flags?control=unreviewed_sample&run_id=${agent.run.run_id}`);
    expect(flag).toMatchObject({ state: 'cleared', cleared_because: 'the sample was reviewed' });
    const evidence = await get(auditor, `/v1/runs/${agent.run.run_id}/evidence`);
    expect(evidence['timeline']).toContainEqual(
      expect.objectContaining({ kind: 'reviewed', source: 'service', actor: 'rita@example.com' }),
    );
    expect(evidence['chain']).toMatchObject({ whole: true, findings: [] });
  });

  test('the initiator of the run does not review it', async () => {
    const own = await sampledRun(rita);
    const answer = await test_.call(rita, 'POST', `/v1/samples/${own.sample_id}/review`, {
      verdict: 'acceptable',
      note: 'mine',
    });
    expect(codeOf(answer)).toBe('four_eyes');
  });

  test('samples and reviews are in the evidence store as the service recorded them', async () => {
    const answer = await clickhouse.clients.reader.query({
      query:
        'SELECT s.why AS why, r.verdict AS verdict, r.reviewer AS reviewer FROM samples AS s INNER JOIN reviews AS r USING (sample_id) WHERE s.sample_id = {id:String}',
      query_params: { id: sample_id },
      format: 'JSONEachRow',
    });
    expect(await answer.json()).toEqual([
      {
        why: expect.stringMatching(/drawn|first_runs/),
        verdict: 'needs_correction',
        reviewer: 'rita@example.com',
      },
    ]);
  });

  test('reports how reviews went, by workflow: with what was not sampled, is late, or is to come', async () => {
    ahead = 25n * 3600n;
    const [report, ...more] = await items(auditor, '/v1/samples/report');
    ahead = 0n;
    expect(more).toEqual([]);
    const samples = await items(auditor, '/v1/samples?limit=200');
    const reviewed = samples.filter(({ state }) => state === 'reviewed');
    expect(report).toMatchObject({ workflow: 'ops-deploy', samples: samples.length, pending: 0 });
    const { reviewed_in_time, reviewed_late, overdue, late_seconds_most, why, actions } = report ?? {};
    expect(Number(reviewed_in_time) + Number(reviewed_late)).toBe(reviewed.length);
    expect(overdue).toBe(samples.length - reviewed.length);
    expect(Number(late_seconds_most)).toBeGreaterThanOrEqual(3500);
    expect(Object.values(z.record(z.string(), z.number()).parse(why)).reduce((a, b) => a + b, 0)).toBe(
      samples.length,
    );
    expect(Number(actions)).toBeGreaterThanOrEqual(samples.length);
    expect(await items(auditor, '/v1/samples/report?workflow=other')).toEqual([]);
    expect(await items(auditor, '/v1/samples/report?to=2026-01-01')).toEqual([]);
    expect(await items(stranger, '/v1/samples/report')).toEqual([]);
  });
});

describe('flags', () => {
  let agent: Agent;
  const flagsOf = (control: string) =>
    items(auditor, `/v1/flags?control=${control}&run_id=${agent.run.run_id}`);

  test('late data clears a flag, and the flag says what cleared it', async () => {
    agent = await newAgent();
    agent.start();
    const missing = agent.call('0.10');
    agent.seal();
    await collect(
      clickhouse,
      agent.rows.filter((row) => row !== missing),
    );
    ahead = 120n;
    await evaluate();
    const [open] = await flagsOf('evidence_chain_whole');
    expect(open).toMatchObject({ state: 'open', severity: 'critical' });
    await collect(clickhouse, [missing]);
    await evaluate();
    expect(await flagsOf('evidence_chain_whole')).toMatchObject([
      { flag_id: open?.['flag_id'], state: 'cleared', cleared_because: 'the missing records arrived later' },
    ]);
    ahead = 0n;
  });

  test('open → acknowledged → resolved, each by a person with a note; resolved stays resolved', async () => {
    agent = await newAgent();
    agent.start();
    agent.call('9.99');
    agent.seal();
    await collect(clickhouse, agent.rows);
    await evaluate();
    const [flag] = await flagsOf('budget_breach');
    expect(flag).toMatchObject({
      state: 'open',
      severity: 'critical',
      owner: 'owner@example.com',
      team: 'ops',
    });
    expect(flag?.['evidence']).toMatchObject({ spent_usd: '9.99', limit_usd: '5.00', unpriced_calls: 0 });
    const path = `/v1/flags/${flag?.['flag_id']}`;

    expect((await test_.call(stranger, 'POST', `${path}/acknowledge`, { note: 'x' })).status).toBe(404);
    expect((await test_.call(flow.owner, 'POST', `${path}/acknowledge`, { note: ' ' })).status).toBe(400);
    const seen = await test_.call(flow.owner, 'POST', `${path}/acknowledge`, { note: 'looking' });
    expect(seen.body).toMatchObject({
      state: 'acknowledged',
      acknowledged_by: 'owner@example.com',
      note: 'looking',
    });
    expect(codeOf(await test_.call(flow.owner, 'POST', `${path}/acknowledge`, { note: 'twice' }))).toBe(
      'conflict',
    );
    const done = await test_.call(flow.owner, 'POST', `${path}/resolve`, { note: 'limit raised' });
    expect(done.body).toMatchObject({
      state: 'resolved',
      resolved_by: 'owner@example.com',
      note: 'limit raised',
    });
    expect(codeOf(await test_.call(flow.owner, 'POST', `${path}/resolve`, { note: 'twice' }))).toBe(
      'conflict',
    );

    await evaluateControls(test_.service.deps, { since: 0n });
    await test_.service.flush();
    expect(await flagsOf('budget_breach')).toMatchObject([{ state: 'resolved' }]);
    const stored = await clickhouse.clients.reader.query({
      query: 'SELECT state, actor FROM flags WHERE flag_id = {id:String} ORDER BY at',
      query_params: { id: flag?.['flag_id'] },
      format: 'JSONEachRow',
    });
    expect(await stored.json()).toEqual([
      { state: 'open', actor: '' },
      { state: 'acknowledged', actor: 'owner@example.com' },
      { state: 'resolved', actor: 'owner@example.com' },
    ]);
  });

  test('an unchanged store costs an evaluation no judgement', async () => {
    await evaluate();
    expect(await evaluate()).toMatchObject({ runs: 0, raised: 0, updated: 0, cleared: 0 });
  });

  test('an admin evaluates through the API, and nothing changes but that it is on record', async () => {
    const answer = await test_.call(admin, 'POST', '/v1/controls/evaluate', { full: true });
    expect(answer.body).toMatchObject({ raised: 0, reopened: 0, updated: 0, cleared: 0 });
    await test_.service.flush();
    const query = `SELECT JSONExtractString(record, 'actor') AS actor FROM service_records WHERE kind = 'controls_evaluated'`;
    const stored = await clickhouse.clients.reader.query({ query, format: 'JSONEachRow' });
    expect(await stored.json()).toEqual([{ actor: 'admin@example.com' }]);
  });

  test('a restart raises nothing twice', async () => {
    const before = await items(auditor, '/v1/flags?limit=200');
    await test_.restart();
    test_.service.start();
    expect(await evaluateControls(test_.service.deps, { since: 0n })).toMatchObject({
      raised: 0,
      reopened: 0,
      cleared: 0,
    });
    expect(await items(auditor, '/v1/flags?limit=200')).toEqual(before);
  });
});

describe('reading', () => {
  test('pages of runs meet every run once, the newest first', async () => {
    const all = await items(auditor, '/v1/runs?limit=200');
    const paged: z.output<typeof item>[] = [];
    let cursor: string | null = '';
    do {
      const page: z.output<typeof list> = list.parse(
        await get(auditor, `/v1/runs?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`),
      );
      paged.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(paged).toEqual(all);
    const starts = all.map((run) => String(run['started_at']));
    expect(starts).toEqual(starts.toSorted().reverse());
    expect(all.length).toBeGreaterThan(3);
  });

  test('costs agree with the runs, have the unpriced beside them, and group by what is asked', async () => {
    const agent = await newAgent();
    agent.start();
    agent.call('0.000000000000001');
    agent.call(null);
    agent.seal();
    const trace = span({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'x',
        'gen_ai.usage.input_tokens': '7',
      },
    });
    await collect(clickhouse, [...agent.rows, trace]);
    const costs = await get(auditor, '/v1/costs?group_by=workflow,model,day');
    const total = await get(auditor, '/v1/costs?group_by=');
    expect(costs['total']).toEqual(total['total']);
    expect(costs['total']).toMatchObject({ cost_usd: '10.090000000000001', calls: 5, unpriced_calls: 2 });
    const run = await get(auditor, `/v1/runs/${agent.run.run_id}`);
    expect(run['cost']).toEqual({ usd: '0.000000000000001', calls: 2, unpriced_calls: 1 });
    // The call of the trace as well, which names no team: it came with a key of this one.
    expect(await test_.service.flush()).toBe(true);
    const seen = await get(flow.owner, '/v1/costs?group_by=team');
    expect(seen['items']).toMatchObject([{ team: 'ops', calls: 5 }]);
    expect(await get(stranger, '/v1/costs')).toMatchObject({ items: [], total: { cost_usd: '0', calls: 0 } });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    expect(await get(auditor, `/v1/costs?from=${tomorrow}`)).toMatchObject({ total: { calls: 0 } });
    expect(await items(auditor, '/v1/prices/unpriced')).toContainEqual(
      expect.objectContaining({ provider: 'house', model: 'house-model', reason: 'no_price' }),
    );
  });

  test('content comes only where it is asked for, and only for who may read it', async () => {
    const [run] = await items(auditor, '/v1/runs?limit=1&workflow=ops-deploy');
    const path = `/v1/runs/${run?.['run_id']}/evidence`;
    expect(JSON.stringify(await get(auditor, path))).not.toContain('"content"');
    const entries = z.object({ timeline: z.array(item) }).parse(await get(auditor, `${path}?content=true`));
    expect(entries.timeline.find(({ kind }) => kind === 'run_started')).toMatchObject({
      content: { input: 'do it' },
    });
    expect(codeOf(await test_.call(admin, 'GET', `${path}?content=true`))).toBe('forbidden');
    expect((await test_.call(stranger, 'GET', path)).status).toBe(404);
  });

  test('spans that cannot be stored are in the quarantine of who may see it', async () => {
    await collect(clickhouse, [span({ span_id: 'not hex', principal: 'ops-agent' })]);
    const found = await items(auditor, '/v1/quarantine');
    expect(found).toMatchObject([{ reason: 'bad_span_id', principal: 'ops-agent' }]);
    const sales = await test_.person('sales-auditor@example.com', ['auditor'], ['sales']);
    expect(await items(sales, '/v1/quarantine')).toEqual([]);
  });

  test.each([
    '/v1/runs?from=yesterday',
    '/v1/runs?from=2026-01-02&to=2026-01-01',
    '/v1/runs?from=1969-12-31',
    '/v1/runs?to=9999-01-01',
    '/v1/runs?limit=201',
    '/v1/runs?limit=-1',
    '/v1/runs?cursor=x',
    '/v1/runs?cursor=WyJhIiwiYiJd',
    '/v1/runs?status=finished',
    '/v1/runs?unknown=1',
    '/v1/runs/not-a-uuid',
    '/v1/costs?group_by=workflow;DROP%20TABLE%20spans',
    '/v1/costs?from=2026-13-01',
    '/v1/flags?state=gone',
    '/v1/samples?state=gone',
  ])('400 with what is wrong: %s', async (path) => {
    const answer = await test_.call(auditor, 'GET', path);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request']);
    expect(answer.body['error']).toMatchObject({
      issues: [expect.objectContaining({ message: expect.any(String) })],
    });
  });

  test.each(["' OR 1=1 --", "'); DROP TABLE spans; --", '{runs:Array(UUID)}', '\\'])(
    'SQL in a filter is only a text that matches nothing: %j',
    async (text) => {
      const value = encodeURIComponent(text);
      expect(await items(auditor, `/v1/runs?workflow=${value}&owner=${value}`)).toEqual([]);
      expect(await get(auditor, `/v1/costs?workflow=${value}&model=${value}`)).toMatchObject({ items: [] });
      expect(await items(auditor, `/v1/flags?control=${value}`)).toEqual([]);
    },
  );

  test('a text that no database holds matches nothing, or is refused', async () => {
    const answer = await test_.call(auditor, 'GET', '/v1/flags?control=%00');
    if (overPostgres()) expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request']);
    else expect([answer.status, answer.body['items']]).toEqual([200, []]);
  });
});

test('a row that becomes visible after its span was judged is judged all the same', async () => {
  const agent = await newAgent();
  agent.start();
  agent.seal();
  await collect(clickhouse, agent.rows);
  await evaluate();
  const { run_id, workflow, policy_version, owner, team } = agent.run;
  const flagged = () => items(admin, `/v1/flags?control=tool_listed&run_id=${run_id}`);
  expect(await flagged()).toEqual([]);
  // The landing views commit one after another: here the tool call's own comes last, and no span is new.
  await clickhouse.clients.owner.insert({
    table: 'tool_calls',
    values: [
      {
        ...{ run_id, workflow, policy_version, owner, team, principal: 'ops-agent' },
        ...{
          kind: 'tool_finished',
          call_id: 'late',
          tool: 'wire_money',
          action: 'purchase',
          action_class: 3,
        },
        ...{
          outcome: 'succeeded',
          span_hash: '1',
          start: agent.rows[0]?.['Timestamp'],
          received_at: '2026-01-01 00:00:00',
        },
      },
    ],
    format: 'JSONEachRow',
  });
  await evaluate();
  expect(await flagged()).toMatchObject([{ state: 'open', run_id }]);
});
