import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { canonicalJson } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { seconds, systemClock } from '../../src/state/time.ts';
import { ALL_ROUTES, nameOf } from '../authorization/routes.ts';
import { openPack } from '../exports/open-pack.ts';
import { Agent, collect } from '../flags/agent.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { serviceRecords } from '../support/records.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';

/** Stands in every place where what people and models write can be. */
const SAID = 'the customer is called Zebedee';
const ARGUMENTS = canonicalJson({ target: 'production', version: 'v9.8.7' });
let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
let admin: string;
let run_id: string;
let approval_id: string;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const clock = systemClock();
  let ahead = 0;
  service = await startService({
    store: { reader, service: writer },
    clock: () => clock() + seconds(ahead),
    background: [],
  });
  flow = await approvalFlow(service, { expires: '4h' });
  admin = await service.person('root@example.com', ['admin'], ['*']);
  run_id = await flow.run();
  const asked = await flow.ask(run_id, { arguments: ARGUMENTS, purpose: SAID });
  approval_id = String(asked.body['approval_id']);
  const agent = new Agent({
    ...{ run_id, workflow: 'ops-deploy', policy_version: flow.policy_version },
    ...{ owner: 'owner@example.com', team: 'ops' },
  });
  agent.say('run_started', {}, { input: SAID });
  agent.call('0.5');
  const attributes = { 'gen_ai.input.messages': SAID, 'somebodys.own.attribute': SAID };
  agent.say('model_called', { model: 'gpt-4o' }, { input: SAID, output: SAID }, { attributes });
  // Outside its scope: a flag has to say so without the value.
  agent.tool('set_status', 'update_status', 2, { id: 'T-1', status: SAID }, { outcome: 'failed' });
  await collect(clickhouse, agent.rows);
  ahead = 3600;
  await evaluateControls(service.service.deps, { since: 0n });
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const withhold = (email: string, reads_content = false) =>
  service.call(admin, 'PATCH', `/v1/people/${email}`, { reads_content });
const evidence = (token: string) =>
  service.call(token, 'GET', `/v1/runs/${run_id}/evidence?content=true`, undefined);
async function pack(token: string) {
  const answer = await fetch(`${service.url}/v1/exports/evidence?run_id=${run_id}&content=true`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return openPack(Buffer.from(await answer.arrayBuffer()));
}

describe('content is withheld from a person', () => {
  test('in the evidence and in what is exported, and costs stay to be seen', async () => {
    const token = await service.person('ada@example.com', ['auditor'], ['*']);
    expect(JSON.stringify((await evidence(token)).body)).toContain(SAID);
    expect((await pack(token)).files.has('content.jsonl')).toBe(true);
    expect((await withhold('ada@example.com')).body).toMatchObject({
      ...{ email: 'ada@example.com', reads_content: false, roles: ['auditor'] },
    });
    expect(codeOf(await evidence(token))).toBe('forbidden');
    const { files, manifest } = await pack(token);
    expect(files.has('content.jsonl')).toBe(false);
    expect(manifest.left_out).toContain('content: it was not asked for, or may not be read');
    expect(Buffer.concat([...files.values()]).toString()).not.toContain(SAID);
    expect((await service.call(token, 'GET', '/v1/session')).body).toMatchObject({ reads_content: false });
    expect((await service.call(token, 'GET', '/v1/costs')).body['total']).toMatchObject({ calls: 1 });
    await withhold('ada@example.com', true);
    expect(JSON.stringify((await evidence(token)).body)).toContain(SAID);
  });

  test('in every answer there is', async () => {
    const token = await service.person('olga@example.com', ['owner', 'reviewer', 'auditor', 'admin'], ['*']);
    const shown = await answers(token);
    expect(shown.filter(([, text]) => text.includes(SAID)).map(([name]) => name)).toEqual([
      'get /v1/runs/{run_id}/evidence',
    ]);
    await withhold('olga@example.com');
    const withheld = await answers(token);
    expect(withheld.map(([name]) => name)).toEqual(shown.map(([name]) => name));
    for (const [name, text] of withheld)
      expect([name, text.includes(SAID), text.includes('v9.8.7')]).toEqual([name, false, false]);
  });

  test('but an approver sees what they decide about (invariant 4)', async () => {
    await withhold('alice@example.com');
    const approval = await service.call(flow.alice, 'GET', `/v1/approvals/${approval_id}`);
    expect(approval.body).toMatchObject({ can_decide: true, arguments: ARGUMENTS, purpose: SAID });
    expect(codeOf(await evidence(flow.alice))).toBe('forbidden');
  });

  test('and no longer once it is decided: then it is content like any other', async () => {
    const other = await flow.ask(await flow.run(), { arguments: ARGUMENTS, purpose: SAID });
    const id = String(other.body['approval_id']);
    const read = async (token: string) => (await service.call(token, 'GET', `/v1/approvals/${id}`)).body;
    await withhold('alice@example.com');
    expect(await read(flow.alice)).toMatchObject({ arguments: ARGUMENTS, purpose: SAID });
    await flow.decide(flow.alice, id, 'refuse');
    const withheld = { state: 'refused', arguments: null, rollback_note: null, purpose: null };
    expect(await read(flow.alice)).toMatchObject(withheld);
    await withhold('alice@example.com', true);
    expect(await read(flow.alice)).toMatchObject({ arguments: ARGUMENTS, purpose: SAID });
  });

  test('from their sign-in on, where they were added so', async () => {
    const added = await service.call(admin, 'POST', '/v1/people', {
      ...{ email: 'kim@example.com', display_name: 'Kim', roles: ['owner'], teams: ['*'] },
      reads_content: false,
    });
    expect(codeOf(await evidence(String(added.body['token'])))).toBe('forbidden');
  });

  test('from an admin who is nothing else, also in what is exported', async () => {
    expect(codeOf(await evidence(admin))).toBe('forbidden');
    expect((await pack(admin)).files.has('content.jsonl')).toBe(false);
  });

  test('on record, and not where nothing changed', async () => {
    await service.person('rec@example.com', ['auditor'], ['*']);
    const changes = async () =>
      (await serviceRecords(service.service.control)).filter(
        ({ kind, detail }) => kind === 'person_changed' && detail?.['email'] === 'rec@example.com',
      );
    await withhold('rec@example.com');
    await withhold('rec@example.com');
    expect(await changes()).toMatchObject([{ actor: 'root@example.com', detail: { reads_content: false } }]);
  });
});

/** What each route that reads answers, content asked for wherever that can be asked: [route, text]. */
async function answers(token: string): Promise<(readonly [string, string])[]> {
  const things: Readonly<Record<string, string>> = {
    ...{ run_id, approval_id, workflow: 'ops-deploy', control: 'scope_held', email: 'bob@example.com' },
    flag_id: await first(token, '/v1/flags?control=scope_held', 'flag_id'),
    sample_id: await first(token, '/v1/samples', 'sample_id'),
  };
  const reading = ALL_ROUTES.filter(({ method, stream }) => method === 'get' && stream === undefined);
  return Promise.all(
    reading.map(async (route) => {
      const path = route.path.replaceAll(/\{(\w+)\}/g, (_, kind: string) => things[kind] ?? 'unknown');
      const asks = JSON.stringify(route.query ?? {}).includes('"content"') ? '?content=true' : '';
      const { status, body } = await service.call(token, 'GET', `${path}${asks}`);
      expect([nameOf(route), status < 500]).toEqual([nameOf(route), true]);
      return [nameOf(route), JSON.stringify(body)] as const;
    }),
  );
}

async function first(token: string, path: string, field: string): Promise<string> {
  const { body } = await service.call(token, 'GET', path);
  const [one] = body['items'] as Record<string, unknown>[];
  expect(one?.[field]).toBeTypeOf('string');
  return String(one?.[field]);
}
