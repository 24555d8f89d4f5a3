import { randomBytes, randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { createAgentKey, revokeCredential } from '../../src/index.ts';
import { seconds, systemClock } from '../../src/state/time.ts';
import { watchEvents } from '../events/watcher.ts';
import { openPack, rowsOf } from '../exports/open-pack.ts';
import { Agent, collect, type LandingRow, span } from '../flags/agent.ts';
import { startService, type TestService } from '../support/service.ts';
import { versionOf, workflowYaml } from '../support/workflow.ts';

/** Two teams share one installation; of two claims of a team the greater one counts, and `zoo` is the greater name. */
const TEAMS = ['ops', 'zoo'] as const;
type Team = (typeof TEAMS)[number];

let clickhouse: ClickHouse;
let service: TestService;
let auditor: string;
let ahead = 0;
const people = new Map<Team, string>();
const keys = new Map<Team, string>();
const versions = new Map<Team, string>();
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const clock = systemClock();
  service = await startService({
    store: { reader, service: writer, disposal: clickhouse.disposal },
    clock: () => clock() + seconds(ahead),
    background: [],
  });
  service.service.start();
  auditor = await service.person('auditor@example.com', ['auditor'], ['*']);
  for (const team of TEAMS) {
    const owner = `owner@${team}.example.com`;
    const token = await service.person(owner, ['owner', 'reviewer', 'auditor', 'admin'], [team]);
    const yaml = workflowYaml({ workflow: `${team}-flow`, team, owner, unreachable: 'allow_class_1' });
    expect((await service.call(token, 'POST', '/v1/workflows', { yaml })).status).toBe(201);
    people.set(team, token);
    keys.set(team, await service.key(team));
    versions.set(team, versionOf(yaml));
  }
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const agentOf = (team: Team, run_id: string): Agent =>
  new Agent({
    ...{ run_id, workflow: `${team}-flow`, policy_version: versions.get(team) ?? '' },
    ...{ owner: `owner@${team}.example.com`, team },
  });

/** What an agent of `ops` did under an id that the service did not give, and how it ended. */
async function runOfOps(): Promise<string> {
  const run_id = uuidv7();
  const agent = agentOf('ops', run_id);
  agent.start();
  agent.call('1.5');
  agent.call(null);
  agent.tool('drop_table', 'update_status', 2, { table: 'customers' });
  agent.seal();
  await collect(clickhouse, agent.rows);
  return run_id;
}

/** One span by a key of `zoo`, which says that the run is of its team. */
const foreignSpan = (run_id: string, said: Readonly<Record<string, string>> = {}): LandingRow =>
  span({
    principal: 'zoo-agent',
    attributes: { 'tollgate.run.id': run_id, 'tollgate.team': 'zoo', ...said },
  });

/** A model call that nobody has a price for. */
const UNPRICED = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'house',
  'gen_ai.request.model': 'unheard-of',
  'gen_ai.usage.input_tokens': '10',
  'gen_ai.usage.output_tokens': '5',
};

const byZoo = (row: LandingRow): LandingRow => ({
  ...row,
  ResourceAttributes: { 'service.name': 'agent', 'tollgate.principal': 'zoo-agent' },
});

async function evaluateInAnHour(): Promise<void> {
  await service.service.flush();
  ahead += 3600;
  await evaluateControls(service.service.deps, { since: 0n });
  await service.service.flush();
}

interface Told {
  readonly control: string;
  readonly team: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** The flags of a run that are shown to a team. */
async function flagsOf(team: Team, run_id: string): Promise<readonly Told[]> {
  const { body } = await get(people.get(team), `/v1/flags?run_id=${run_id}&limit=200`);
  return body['items'] as Told[];
}

const get = (token: string | undefined, path: string) => service.call(token, 'GET', path);

/** All that tells of one run, each as whoever asks is answered. */
async function sightsOf(team: Team, run_id: string) {
  const token = people.get(team);
  const one = async (path: string) => (await get(token, path)).status;
  const { body } = await get(token, '/v1/runs?limit=200');
  return {
    run: await one(`/v1/runs/${run_id}`),
    evidence: await one(`/v1/runs/${run_id}/evidence?content=true`),
    pack: await one(`/v1/exports/evidence?run_id=${run_id}&content=true`),
    listed: JSON.stringify(body).includes(run_id),
    packed: await isPacked(token, run_id),
    counted: JSON.stringify(
      await Promise.all([
        get(token, '/v1/controls/owner_named/population?limit=200'),
        get(token, '/v1/controls/tool_listed/population?limit=200'),
      ]),
    ).includes(run_id),
    erased: (await service.call(token, 'POST', '/v1/erasures/preview', { run_id })).status,
    held: (await service.call(token, 'POST', '/v1/holds', { run_id, reason: 'mine' })).status,
  };
}

async function isPacked(token: string | undefined, run_id: string): Promise<boolean> {
  const response = await fetch(`${service.url}/v1/exports/evidence`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const pack = await openPack(Buffer.from(await response.arrayBuffer()));
  return JSON.stringify(rowsOf(pack, 'runs')).includes(run_id);
}

const ALL = {
  run: 200,
  evidence: 200,
  pack: 200,
  listed: true,
  packed: true,
  counted: true,
  erased: 200,
  held: 201,
};
const NOTHING = {
  ...{
    run: 404,
    evidence: 404,
    pack: 404,
    listed: false,
    packed: false,
    counted: false,
    erased: 404,
    held: 404,
  },
};

describe('a run that nobody registered', () => {
  test('is of the team whose keys sent it', async () => {
    const run_id = await runOfOps();
    expect(await sightsOf('ops', run_id)).toEqual(ALL);
    expect(await sightsOf('zoo', run_id)).toEqual(NOTHING);
  });

  test('is not given to another team by a span that claims it', async () => {
    const run_id = await runOfOps();
    await collect(clickhouse, [foreignSpan(run_id)]);
    expect(await sightsOf('zoo', run_id)).toEqual(NOTHING);
    expect((await get(auditor, `/v1/runs/${run_id}/evidence?content=true`)).status).toBe(200);
  });

  test('is not given by a span of a trace without a run', async () => {
    const trace_id = randomBytes(16).toString('hex');
    const run_id = trace_id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    await collect(clickhouse, [
      span({ trace_id, attributes: { 'gen_ai.input.messages': 'secret' } }),
      span({ trace_id, principal: 'zoo-agent', attributes: { 'tollgate.team': 'zoo' } }),
    ]);
    expect((await get(people.get('zoo'), `/v1/runs/${run_id}/evidence?content=true`)).status).toBe(404);
    expect((await get(auditor, `/v1/runs/${run_id}/evidence?content=true`)).status).toBe(200);
  });

  test('says nothing to another team in flags, samples and events either', async () => {
    const run_id = await runOfOps();
    const watcher = await watchEvents(service.url, people.get('zoo') ?? '');
    // A call of the same model that nobody has a price for, and one that costs more than a run of its team may.
    const stranger = agentOf('zoo', run_id);
    await collect(clickhouse, [stranger.call(null), stranger.call('9')].map(byZoo));
    await evaluateInAnHour();
    const [zoo, ops] = [await flagsOf('zoo', run_id), await flagsOf('ops', run_id)];
    for (const [team, flags] of Object.entries({ zoo, ops }))
      expect(flags.filter(({ evidence }) => evidence['principal'] !== undefined)).toEqual(
        flags.filter(({ evidence }) => evidence['principal'] === `${team}-agent`),
      );
    expect(zoo.find(({ control }) => control === 'model_call_priced')?.evidence).toMatchObject({
      unpriced_calls: 1,
    });
    expect(zoo.find(({ control }) => control === 'budget_breach')?.evidence).toMatchObject({
      spent_usd: '9',
      calls: 2,
    });
    expect(ops.find(({ control }) => control === 'model_call_priced')?.evidence).toMatchObject({
      unpriced_calls: 1,
    });
    expect(ops.map(({ control }) => control)).not.toContain('budget_breach');
    expect(JSON.stringify((await get(people.get('zoo'), '/v1/samples?limit=200')).body)).not.toContain(
      run_id,
    );
    await runOfZoo();
    await watcher.until(1);
    expect(watcher.seen.filter(({ data }) => data['subject'] === run_id)).toEqual([]);
    watcher.stop();
  });

  test('of a workflow that nobody registered either raises flags for the team whose keys sent it, whatever it claims', async () => {
    const claims = {
      'tollgate.workflow': 'made-up',
      'tollgate.owner': 'owner@ops.example.com',
      'tollgate.team': 'ops',
    };
    const attributes = { ...claims, ...UNPRICED };
    const [run_id, mixed] = [randomUUID(), randomUUID()];
    await collect(clickhouse, [
      span({ principal: 'zoo-agent', attributes: { 'tollgate.run.id': run_id, ...attributes } }),
      span({ principal: 'zoo-agent', attributes: { 'tollgate.run.id': mixed, ...attributes } }),
      span({ principal: 'ops-agent', attributes: { 'tollgate.run.id': mixed, ...attributes } }),
    ]);
    await evaluateInAnHour();
    expect(await flagsOf('ops', run_id)).toEqual([]);
    expect((await flagsOf('zoo', run_id)).map(({ control }) => control)).toContain('model_call_priced');
    for (const team of TEAMS) expect(await flagsOf(team, mixed)).toEqual([]);
    const { body } = await get(auditor, `/v1/flags?run_id=${mixed}&limit=200`);
    expect((body['items'] as Told[]).map(({ control }) => control)).toContain('model_call_priced');
  });

  test('is nobody’s whose principal another team has had before', async () => {
    const run_id = randomUUID();
    const principal = 'wandering-agent';
    const made = { principal, workflows: ['*'], created_by: 'test' };
    const { credential_id } = await createAgentKey(service.service.control, { ...made, team: 'ops' });
    await collect(clickhouse, [span({ principal, attributes: { 'tollgate.run.id': run_id } })]);
    expect((await get(people.get('ops'), `/v1/runs/${run_id}`)).status).toBe(200);
    await revokeCredential(service.service.control, credential_id, 'test');
    await createAgentKey(service.service.control, { ...made, team: 'zoo' });
    expect((await get(people.get('zoo'), `/v1/runs/${run_id}`)).status).toBe(404);
  });
});

/** Registers a run late, under an id that is known already. */
const registerLate = (team: Team, run_id: string) =>
  service.call(keys.get(team), 'POST', '/v1/runs', {
    ...{ run_id, workflow: `${team}-flow`, policy_version: versions.get(team), writer: randomUUID() },
    initiator: `${run_id}@example.com`,
  });

async function runOfZoo(): Promise<string> {
  const { status, body } = await service.call(keys.get('zoo'), 'POST', '/v1/runs', {
    ...{ workflow: 'zoo-flow', policy_version: versions.get('zoo'), writer: randomUUID() },
    initiator: 'somebody',
  });
  expect(status).toBe(201);
  await service.service.flush();
  return String(body['run_id']);
}

describe('a run that was registered', () => {
  test('late by another team is not given to it', async () => {
    const run_id = await runOfOps();
    expect((await registerLate('zoo', run_id)).status).toBe(201);
    await service.service.flush();
    expect(await sightsOf('zoo', run_id)).toEqual(NOTHING);
    await evaluateInAnHour();
    expect(JSON.stringify(await flagsOf('zoo', run_id))).not.toMatch(/drop_table|house-model/);
    expect(JSON.stringify(await flagsOf('ops', run_id))).toMatch(/drop_table/);
    for (const team of TEAMS)
      expect((await flagsOf(team, run_id)).map(({ control }) => control)).toContain('run_registered');
    const person = { person: `${run_id}@example.com` };
    expect((await service.call(people.get('zoo'), 'POST', '/v1/erasures/preview', person)).status).toBe(403);
  });

  test('late by its own team is still its own', async () => {
    const run_id = await runOfOps();
    expect((await registerLate('ops', run_id)).status).toBe(201);
    await service.service.flush();
    expect(await sightsOf('ops', run_id)).toEqual({ ...ALL, packed: true });
  });

  test('is no dearer by what a stranger sends, whose calls are flagged for its team, without a record too', async () => {
    const run_id = await runOfZoo();
    const call = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'm',
    };
    const cost = { 'tollgate.cost.usd': '99', 'tollgate.cost.source': 'provider' };
    const own = agentOf('zoo', run_id);
    await collect(clickhouse, [
      byZoo(own.call('0.5')),
      span({ attributes: { 'tollgate.run.id': run_id, ...call, ...cost } }),
    ]);
    await evaluateInAnHour();
    const flags = await flagsOf('zoo', run_id);
    expect(flags.map(({ control }) => control)).not.toContain('budget_breach');
    expect(flags.find(({ control }) => control === 'run_registered')).toMatchObject({
      evidence: { principal: 'ops-agent', registered_principal: 'zoo-agent', sent: ['model_calls', 'spans'] },
    });
  });

  test('under an id that the service gave stays its team’s, whoever sends spans for it', async () => {
    const run_id = await runOfZoo();
    await collect(clickhouse, [
      ...agentOf('zoo', run_id).rows,
      span({ attributes: { 'tollgate.run.id': run_id } }),
    ]);
    expect((await get(people.get('zoo'), `/v1/runs/${run_id}/evidence`)).status).toBe(200);
    expect((await get(people.get('ops'), `/v1/runs/${run_id}/evidence`)).status).toBe(404);
  });
});
