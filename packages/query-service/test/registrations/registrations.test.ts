import { errorBody, runRegistration } from '@tollgate/contract';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { issueToken } from '../../src/index.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';
import { versionOf, workflowYaml } from '../support/workflow.ts';

let service: TestService;
let owner: string;
beforeEach(async () => {
  service = await startService();
  owner = await service.person('owner@example.com', ['owner']);
});
afterEach(() => service.close());

const register = (token: string, yaml: string) => service.call(token, 'POST', '/v1/workflows', { yaml });
const read = async () => (await service.call(owner, 'GET', '/v1/workflows/ops-deploy')).body;
async function kinds() {
  const rows = await service.service.control.db
    .selectFrom('evidence_outbox')
    .select('row')
    .where('table_name', '=', 'service_records')
    .orderBy('position')
    .execute();
  // People and keys of the set-up are on record too, in a chain of their own.
  const own = (kind: string) => !['person_added', 'credential_issued'].includes(kind);
  return rows.map(({ row }) => JSON.parse(row).kind).filter(own);
}

describe('workflows', () => {
  test('the owner registers a file; the same file again changes nothing', async () => {
    const yaml = workflowYaml();
    expect(await register(owner, yaml)).toMatchObject({
      status: 201,
      body: { workflow: 'ops-deploy', policy_version: versionOf(yaml), registered: true },
    });
    expect((await register(owner, `# a comment\n${yaml}`)).body).toMatchObject({ registered: false });
    expect(await read()).toMatchObject({ file: yaml, versions: [{ registered_by: 'owner@example.com' }] });
    expect(await kinds()).toEqual(['workflow_registered']);
  });

  test('a version never changes, and an earlier one can become the current one again', async () => {
    const [first, second] = [workflowYaml(), workflowYaml({ perRun: '1.00' })];
    for (const yaml of [first, second, `# again\n${first}`]) await register(owner, yaml);
    const detail = await read();
    expect(detail).toMatchObject({ policy_version: versionOf(first), file: first });
    expect(detail['versions']).toHaveLength(2);
    expect(await kinds()).toEqual(Array.from({ length: 3 }, () => 'workflow_registered'));
  });

  test('nobody takes over a workflow by naming himself in a file', async () => {
    await register(owner, workflowYaml());
    const thief = await service.person('thief@example.com', ['owner']);
    expect(codeOf(await register(thief, workflowYaml({ owner: 'thief@example.com' })))).toBe('forbidden');
    expect(codeOf(await register(owner, workflowYaml({ owner: 'thief@example.com' })))).toBe('forbidden');
    const elsewhere = await service.person('sales@example.com', ['admin'], ['sales']);
    expect(
      codeOf(await register(elsewhere, workflowYaml({ team: 'sales', owner: 'sales@example.com' }))),
    ).toBe('not_found');
    const admin = await service.person('admin@example.com', ['admin'], ['*']);
    expect((await register(admin, workflowYaml({ owner: 'thief@example.com' }))).status).toBe(201);
  });

  test('a file that is not valid is refused with lines to mend', async () => {
    const answer = await register(owner, workflowYaml().replace('action: deploy', 'action: deplyo'));
    const { error } = errorBody.parse(answer.body);
    expect(error).toMatchObject({ code: 'invalid_workflow', issues: [{ path: 'tools[2].action' }] });
    expect(error.issues?.[0]?.line).toBeGreaterThan(1);
  });

  test('lists are by team, in pages', async () => {
    for (const workflow of ['a', 'b', 'c']) await register(owner, workflowYaml({ workflow }));
    const page = await service.call(owner, 'GET', '/v1/workflows?limit=2');
    expect(page.body['items']).toMatchObject([{ workflow: 'a' }, { workflow: 'b' }]);
    const rest = await service.call(owner, 'GET', `/v1/workflows?limit=2&cursor=${page.body['next_cursor']}`);
    expect(rest.body).toMatchObject({ items: [{ workflow: 'c', suspended: false }], next_cursor: null });
    const other = await service.person('other@example.com', ['owner'], ['sales']);
    expect((await service.call(other, 'GET', '/v1/workflows')).body['items']).toEqual([]);
    expect(codeOf(await service.call(other, 'GET', '/v1/workflows/a'))).toBe('workflow_not_registered');
  });
});

describe('suspension', () => {
  test('shows in the next heartbeat, once, with who and why', async () => {
    await register(owner, workflowYaml());
    const agent = await service.key();
    const beat = async () => (await service.call(agent, 'GET', '/v1/workflows/ops-deploy/heartbeat')).body;
    const change = (what: string, token = owner) =>
      service.call(token, 'POST', `/v1/workflows/ops-deploy/${what}`, { reason: 'incident 7' });
    expect(await beat()).toMatchObject({ suspended: false, policy_version: versionOf(workflowYaml()) });
    const stranger = await service.person('stranger@example.com', ['owner']);
    expect(codeOf(await change('suspend', stranger))).toBe('forbidden');
    expect((await change('suspend')).body).toMatchObject({ suspended: true, suspended_reason: 'incident 7' });
    expect(codeOf(await change('suspend'))).toBe('conflict');
    expect(await beat()).toMatchObject({ suspended: true });
    await service.restart();
    expect(await beat()).toMatchObject({ suspended: true });
    expect((await change('resume')).body).toMatchObject({ suspended: false });
    expect(codeOf(await change('resume'))).toBe('conflict');
    expect(await kinds()).toEqual(['workflow_registered', 'suspended', 'resumed']);
  });
});

describe('runs', () => {
  const request = (over: Readonly<Record<string, unknown>> = {}, yaml = workflowYaml()) => ({
    ...{
      workflow: 'ops-deploy',
      policy_version: versionOf(yaml),
      writer: uuidv4(),
      initiator: 'cron',
      ...over,
    },
  });
  const start = (token: string, body: unknown) => service.call(token, 'POST', '/v1/runs', body);

  test('get an id from the service; the initiator is claimed unless a token proves it', async () => {
    await register(owner, workflowYaml());
    const agent = await service.key();
    const claimed = runRegistration.parse((await start(agent, request())).body);
    expect(claimed).toMatchObject({ initiator: 'cron', initiator_verified: false });
    const bob = await service.person('bob@example.com', ['approver']);
    const { token } = await issueToken(service.service.control, {
      ...{ email: 'bob@example.com', label: '', created_by: 'test', scopes: ['initiate'] },
    });
    for (const initiator_token of [bob, token])
      expect(
        (await start(agent, request({ initiator: 'alice@example.com', initiator_token }))).body,
      ).toMatchObject({
        initiator: 'bob@example.com',
        initiator_verified: true,
      });
    for (const initiator_token of [agent, `${bob.slice(0, -1)}${bob.endsWith('0') ? '1' : '0'}`, 'x'])
      expect(codeOf(await start(agent, request({ initiator_token })))).toBe('unauthenticated');
  });

  test('start under the registered policy version alone, by a key that is for the workflow', async () => {
    await register(owner, workflowYaml());
    const agent = await service.key();
    const looser = request({}, workflowYaml({ perRun: '500.00' }));
    expect(codeOf(await start(agent, looser))).toBe('policy_not_registered');
    expect(codeOf(await start(await service.key('ops', ['another']), request()))).toBe('forbidden');
    expect(codeOf(await start(await service.key('sales'), request()))).toBe('workflow_not_registered');
    expect(codeOf(await start(owner, request()))).toBe('forbidden');
    await service.call(owner, 'POST', '/v1/workflows/ops-deploy/suspend', { reason: 'x' });
    expect(codeOf(await start(agent, request()))).toBe('workflow_suspended');
    expect(await kinds()).toEqual(['workflow_registered', 'suspended']);
  });

  test('register late only where the workflow allows it, once, and not over another’s', async () => {
    const agent = await service.key();
    const run_id = uuidv7();
    await register(owner, workflowYaml());
    expect(codeOf(await start(agent, request({ run_id })))).toBe('forbidden');
    const yaml = workflowYaml({ unreachable: 'allow_class_1' });
    await register(owner, yaml);
    const late = request({ run_id }, yaml);
    expect(await start(agent, late)).toMatchObject({ status: 201, body: { run_id } });
    expect(await start(agent, late)).toMatchObject({ status: 201, body: { run_id } });
    expect(codeOf(await start(agent, { ...late, writer: uuidv4() }))).toBe('conflict');
    // In the store both would be the same run, and the later registration the one that counts.
    const upper = { ...late, run_id: run_id.toUpperCase() };
    expect(await start(agent, upper)).toMatchObject({ status: 201, body: { run_id } });
    expect(codeOf(await start(agent, { ...upper, writer: uuidv4() }))).toBe('conflict');
    expect(codeOf(await start(agent, { ...late, run_id: uuidv4() }))).toBe('invalid_request');
    expect((await kinds()).filter((kind) => kind === 'run_registered')).toHaveLength(1);
  });

  test('are the same in either case of the letters of their ids: no second one is registered over a run', async () => {
    const yaml = workflowYaml({ unreachable: 'allow_class_1' });
    await register(owner, yaml);
    const run_id = uuidv7();
    const writer = uuidv4();
    const late = request({ run_id, writer }, yaml);
    const agent = await service.key();
    await start(agent, late);
    const again = { ...late, run_id: run_id.toUpperCase(), writer: writer.toUpperCase() };
    expect(await start(agent, again)).toMatchObject({ status: 201, body: { run_id } });
    const thief = workflowYaml({
      workflow: 'other',
      team: 'zeta',
      owner: 'z@example.com',
      unreachable: 'allow_class_1',
    });
    await register(await service.person('z@example.com', ['owner'], ['zeta']), thief);
    const over = { ...request({ run_id: run_id.toUpperCase() }, thief), workflow: 'other' };
    expect(codeOf(await start(await service.key('zeta'), over))).toBe('conflict');
    expect((await kinds()).filter((kind) => kind === 'run_registered')).toHaveLength(1);
    const resume = { workflow: 'ops-deploy', policy_version: versionOf(yaml), writer: writer.toUpperCase() };
    expect(codeOf(await service.call(agent, 'POST', `/v1/runs/${run_id}/resume`, resume))).toBe('conflict');
  });
});
