import { canonicalJson } from '@tollgate/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAgentKey } from '../../src/index.ts';
import { ARGUMENTS, approvalFlow, type Flow } from '../support/approval-flow.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';

let service: TestService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.close());

async function granted(flow: Flow, over: Readonly<Record<string, unknown>> = {}) {
  const run_id = await flow.run();
  const { body } = await flow.ask(run_id, { call_id: 'call', ...over });
  await flow.decide(flow.alice, body['approval_id']);
  return { run_id, approval_id: body['approval_id'] };
}

describe('the way from request to receipt', () => {
  test('a request waits, a named approver approves, the grant is used once', async () => {
    const flow = await approvalFlow(service);
    const run_id = await flow.run();
    const asked = await flow.ask(run_id, { call_id: 'call' });
    expect(asked).toMatchObject({ status: 201, body: { state: 'waiting', decided_by: null } });
    const id = asked.body['approval_id'];
    expect(codeOf(await flow.consume(id, run_id))).toBe('approval_not_granted');
    expect(await flow.decide(flow.alice, id)).toMatchObject({
      status: 200,
      body: { state: 'approved', decided_by: 'alice@example.com' },
    });
    const used = await flow.consume(id, run_id);
    expect(used).toMatchObject({
      status: 200,
      body: { approval_id: id, call_id: 'call', approved_by: ['alice@example.com'] },
    });
    expect(codeOf(await flow.consume(id, run_id))).toBe('grant_consumed');
  });

  test('of fifty that use one grant at once, one gets the receipt', async () => {
    const flow = await approvalFlow(service);
    const { run_id, approval_id } = await granted(flow);
    const answers = await Promise.all(Array.from({ length: 50 }, () => flow.consume(approval_id, run_id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter((answer) => codeOf(answer) === 'grant_consumed')).toHaveLength(49);
  });

  test('the grant and its use survive a restart of the service', async () => {
    const flow = await approvalFlow(service);
    const { run_id, approval_id } = await granted(flow);
    await service.restart();
    expect((await flow.consume(approval_id, run_id)).status).toBe(200);
    await service.restart();
    expect(codeOf(await flow.consume(approval_id, run_id))).toBe('grant_consumed');
  });

  test('the same call asked for again gives back what is there, also after its use', async () => {
    const flow = await approvalFlow(service);
    const { run_id, approval_id } = await granted(flow);
    expect((await flow.ask(run_id, { call_id: 'call' })).body).toMatchObject({
      approval_id,
      state: 'approved',
    });
    await flow.consume(approval_id, run_id);
    expect((await flow.ask(run_id, { call_id: 'call' })).body).toMatchObject({
      approval_id,
      state: 'consumed',
    });
  });
});

describe('what is executed is what was approved', () => {
  const edits: readonly [string, Record<string, unknown>][] = [
    ['arguments', { arguments: canonicalJson({ target: 'production', version: 'v6.6.6' }) }],
    ['order of keys', { arguments: '{"version":"v1.2.3","target":"production"}' }],
    ['tool', { tool: 'set_status' }],
    ['call', { call_id: 'another' }],
    ['policy version', { policy_version: `sha256:${'0'.repeat(64)}` }],
  ];
  test.each(edits)(
    'another %s is refused, and the grant stays usable for the call that was approved',
    async (_, edit) => {
      const flow = await approvalFlow(service);
      const { run_id, approval_id } = await granted(flow);
      expect(codeOf(await flow.consume(approval_id, run_id, edit))).toBe('binding_mismatch');
      expect((await flow.consume(approval_id, run_id)).status).toBe(200);
    },
  );

  test('another run is refused', async () => {
    const flow = await approvalFlow(service);
    const { approval_id } = await granted(flow);
    expect(codeOf(await flow.consume(approval_id, await flow.run()))).toBe('binding_mismatch');
  });

  test('the same call_id with edited arguments is no second request', async () => {
    const flow = await approvalFlow(service);
    const run_id = await flow.run();
    await flow.ask(run_id, { call_id: 'call' });
    const edited = canonicalJson({ target: 'staging', version: 'v1.2.3' });
    expect(codeOf(await flow.ask(run_id, { call_id: 'call', arguments: edited }))).toBe('binding_mismatch');
  });
});

describe('a run and its approvals are of the principal that registered it', () => {
  test('another one asks for nothing in its name, and neither sees, uses nor withdraws what is there', async () => {
    const flow = await approvalFlow(service);
    const { run_id, approval_id } = await granted(flow);
    const { key } = await createAgentKey(service.service.control, {
      ...{ principal: 'another-agent', team: 'ops', workflows: ['*'], created_by: 'test' },
    });
    const asked = await service.call(key, 'POST', '/v1/approvals', {
      ...{ run_id, workflow: 'ops-deploy', policy_version: flow.policy_version, call_id: 'theirs' },
      ...{ tool: 'deploy', action: 'deploy', arguments: ARGUMENTS, rollback_note: 'Deploy v1.2.2' },
    });
    expect(codeOf(asked)).toBe('not_found');
    const path = `/v1/approvals/${approval_id}`;
    expect(codeOf(await service.call(key, 'GET', `${path}/status`))).toBe('not_found');
    const use = { run_id, call_id: 'call', tool: 'deploy', policy_version: flow.policy_version };
    expect(codeOf(await service.call(key, 'POST', `${path}/consume`, { ...use, arguments: ARGUMENTS }))).toBe(
      'not_found',
    );
    expect(codeOf(await service.call(key, 'POST', `${path}/withdraw`))).toBe('not_found');
    expect((await flow.consume(approval_id, run_id)).status).toBe(200);
  });
});

describe('four eyes', () => {
  test('the initiator may not decide, though named as approver', async () => {
    const flow = await approvalFlow(service);
    const { body } = await flow.ask(await flow.run(flow.bob));
    expect(codeOf(await flow.decide(flow.bob, body['approval_id']))).toBe('four_eyes');
    expect((await flow.decide(flow.alice, body['approval_id'])).status).toBe(200);
  });

  test('an initiator that is only claimed gets no approval at all', async () => {
    const flow = await approvalFlow(service);
    expect(codeOf(await flow.ask(await flow.run(null)))).toBe('initiator_unverified');
  });

  test('who is not named, of another team, or a key does not decide', async () => {
    const flow = await approvalFlow(service);
    const carol = await service.person('carol@example.com', ['approver']);
    const stranger = await service.person('alice@other.example', ['approver'], ['sales'], ['release']);
    const { body } = await flow.ask(await flow.run());
    expect(codeOf(await flow.decide(carol, body['approval_id']))).toBe('forbidden');
    expect(codeOf(await flow.decide(stranger, body['approval_id']))).toBe('not_found');
    expect(codeOf(await flow.decide(flow.agent, body['approval_id']))).toBe('forbidden');
    expect(codeOf(await flow.decide(flow.owner, body['approval_id']))).toBe('forbidden');
  });

  test('an identity in the body is refused, not believed', async () => {
    const flow = await approvalFlow(service);
    const { body } = await flow.ask(await flow.run());
    const path = `/v1/approvals/${body['approval_id']}/decision`;
    const forged = { decision: 'approve', reason: 'x', actor: 'alice@example.com' };
    expect(codeOf(await service.call(flow.alice, 'POST', path, forged))).toBe('invalid_request');
  });

  test('where two have to approve, one twice is not two', async () => {
    const flow = await approvalFlow(service, {
      needed: 2,
      approvers: ['alice@example.com', 'group:release'],
    });
    const dora = await service.person('dora@example.com', ['approver'], ['ops'], ['release']);
    const run_id = await flow.run();
    const { body } = await flow.ask(run_id, { call_id: 'call' });
    const id = body['approval_id'];
    expect((await flow.decide(flow.alice, id)).body).toMatchObject({ state: 'waiting', decided_by: null });
    expect(codeOf(await flow.decide(flow.alice, id))).toBe('approval_decided');
    expect(codeOf(await flow.consume(id, run_id))).toBe('approval_not_granted');
    expect((await flow.decide(dora, id)).body).toMatchObject({ state: 'approved' });
    const { body: receipt } = await flow.consume(id, run_id);
    expect(receipt['approved_by']).toEqual(['alice@example.com', 'dora@example.com']);
  });
});

describe('what policy does not admit is not asked for', () => {
  const denied: readonly [string, Record<string, unknown>, string][] = [
    ['a tool that is not listed', { tool: 'format_disk' }, 'forbidden'],
    ['a blocked tool', { tool: 'drop_database' }, 'forbidden'],
    ['arguments out of scope', { arguments: '{"target":"moon","version":"v1"}' }, 'forbidden'],
    ['no rollback note', { rollback_note: ' ' }, 'forbidden'],
    ['a class-1 tool', { tool: 'search_repo', action: 'search', arguments: '{}' }, 'conflict'],
    ['another action', { action: 'search' }, 'invalid_request'],
    ['text that is not canonical JSON', { arguments: '{ "target": "staging" }' }, 'arguments_not_i_json'],
    ['text that is not JSON', { arguments: 'drop table approvals' }, 'arguments_not_i_json'],
    ['another policy version', { policy_version: `sha256:${'a'.repeat(64)}` }, 'policy_not_registered'],
    ['a workflow that is not there', { workflow: 'nothing' }, 'workflow_not_registered'],
    ['an unknown field', { approved_by: 'alice@example.com' }, 'invalid_request'],
  ];
  test.each(denied)('%s', async (_, over, code) => {
    const flow = await approvalFlow(service);
    expect(codeOf(await flow.ask(await flow.run(), over))).toBe(code);
    const { body } = await service.call(flow.alice, 'GET', '/v1/approvals');
    expect(body['items']).toEqual([]);
  });

  test('a denial is in the chain with its reason', async () => {
    const flow = await approvalFlow(service);
    const run_id = await flow.run();
    await flow.ask(run_id, { arguments: '{"target":"moon","version":"v1"}' });
    const rows = await service.service.control.db
      .selectFrom('evidence_outbox')
      .select('row')
      .where('table_name', '=', 'service_records')
      .execute();
    const records = rows.map(({ row }) => JSON.parse(JSON.parse(row).record));
    expect(records).toContainEqual(
      expect.objectContaining({
        run_id,
        kind: 'approval_requested',
        verdict: 'deny',
        reason: 'out_of_scope',
        enforcement: 'blocked',
      }),
    );
  });
});

describe('suspension and new versions', () => {
  test('a suspended workflow gives no receipt, and gives it once resumed', async () => {
    const flow = await approvalFlow(service);
    const { run_id, approval_id } = await granted(flow);
    await service.call(flow.owner, 'POST', '/v1/workflows/ops-deploy/suspend', { reason: 'incident' });
    expect(await flow.consume(approval_id, run_id)).toMatchObject({ status: 423 });
    expect(codeOf(await flow.ask(run_id))).toBe('workflow_suspended');
    await service.call(flow.owner, 'POST', '/v1/workflows/ops-deploy/resume', { reason: 'over' });
    expect((await flow.consume(approval_id, run_id)).status).toBe(200);
  });

  test('a grant under a version that was replaced is not usable', async () => {
    const flow = await approvalFlow(service);
    const { run_id, approval_id } = await granted(flow);
    const { workflowYaml } = await import('../support/workflow.ts');
    await service.call(flow.owner, 'POST', '/v1/workflows', { yaml: workflowYaml({ perRun: '1.00' }) });
    expect(codeOf(await flow.consume(approval_id, run_id))).toBe('policy_not_registered');
  });
});

describe('who sees what', () => {
  test('arguments are shown whole to those who may decide, and to nobody else', async () => {
    const flow = await approvalFlow(service);
    const auditor = await service.person('audit@example.com', ['auditor'], ['*']);
    const { body } = await flow.ask(await flow.run());
    const path = `/v1/approvals/${body['approval_id']}`;
    const seen = async (token: string) => (await service.call(token, 'GET', path)).body;
    expect(await seen(flow.alice)).toMatchObject({
      arguments: ARGUMENTS,
      rollback_note: 'Deploy v1.2.2',
      can_decide: true,
    });
    for (const token of [flow.bob, flow.owner, auditor])
      expect(await seen(token)).toMatchObject({ arguments: null, rollback_note: null, can_decide: false });
    const list = await service.call(flow.alice, 'GET', '/v1/approvals?state=waiting');
    expect(JSON.stringify(list.body)).not.toContain('v1.2.3');
    expect((await service.call(flow.agent, 'GET', path)).status).toBe(403);
  });

  test('another team sees nothing of it', async () => {
    const flow = await approvalFlow(service);
    const other = await service.person('mallory@example.com', ['approver', 'owner', 'auditor'], ['sales']);
    const otherAgent = await service.key('sales');
    const { body } = await flow.ask(await flow.run());
    const path = `/v1/approvals/${body['approval_id']}`;
    expect((await service.call(other, 'GET', path)).status).toBe(404);
    expect((await service.call(other, 'GET', '/v1/approvals')).body['items']).toEqual([]);
    expect((await service.call(otherAgent, 'GET', `${path}/status`)).status).toBe(404);
    expect((await service.call(otherAgent, 'POST', `${path}/withdraw`, {})).status).toBe(404);
  });
});

describe('waiting', () => {
  test('a long poll answers when the decision comes, with the reason', async () => {
    const flow = await approvalFlow(service);
    const { body } = await flow.ask(await flow.run());
    const id = body['approval_id'];
    const poll = service.call(flow.agent, 'GET', `/v1/approvals/${id}/status?wait_seconds=25`);
    await until(() => service.service.control.signals.waiting === 1);
    await flow.decide(flow.alice, id, 'refuse');
    expect((await poll).body).toMatchObject({
      state: 'refused',
      decided_by: 'alice@example.com',
      reason: 'looked at it',
    });
    expect(service.service.control.signals.waiting).toBe(0);
  });

  test('a withdrawn request ends the wait and cannot be decided', async () => {
    const flow = await approvalFlow(service);
    const run_id = await flow.run();
    const { body } = await flow.ask(run_id, { call_id: 'call' });
    const id = body['approval_id'];
    const poll = service.call(flow.agent, 'GET', `/v1/approvals/${id}/status?wait_seconds=25`);
    await until(() => service.service.control.signals.waiting === 1);
    expect((await service.call(flow.agent, 'POST', `/v1/approvals/${id}/withdraw`, {})).status).toBe(200);
    expect((await poll).body).toMatchObject({ state: 'withdrawn' });
    expect(codeOf(await flow.decide(flow.alice, id))).toBe('approval_decided');
    expect(codeOf(await flow.consume(id, run_id))).toBe('approval_not_granted');
    const again = await flow.ask(run_id, { call_id: 'call' });
    expect(again.body).toMatchObject({ state: 'waiting' });
    expect(again.body['approval_id']).not.toBe(id);
  });

  test('an aborted wait leaves no waiter, and a draining service answers', async () => {
    const flow = await approvalFlow(service);
    const { body } = await flow.ask(await flow.run());
    const path = `${service.url}/v1/approvals/${body['approval_id']}/status?wait_seconds=25`;
    const headers = { authorization: `Bearer ${flow.agent}` };
    const client = new AbortController();
    const aborted = fetch(path, { headers, signal: client.signal }).catch(() => 'aborted');
    await until(() => service.service.control.signals.waiting === 1);
    client.abort();
    expect(await aborted).toBe('aborted');
    await until(() => service.service.control.signals.waiting === 0);
    const drained = fetch(path, { headers });
    await until(() => service.service.control.signals.waiting === 1);
    service.service.drain();
    expect(await (await drained).json()).toMatchObject({ state: 'waiting' });
  });
});

/** Waits for a condition; the test's own time limit ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
