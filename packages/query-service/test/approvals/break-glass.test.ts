import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sweepExpired } from '../../src/approvals/expire.ts';
import { systemClock } from '../../src/index.ts';
import { ARGUMENTS, approvalFlow, type Flow } from '../support/approval-flow.ts';
import { serviceRecords } from '../support/records.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';

const GLASS = 'break_glass: { people: [Gina@example.com, bob@example.com], expires: 5m }\n';
let service: TestService;
let flow: Flow;
let gina: string;
/** Seconds that the service's clock is ahead. */
let ahead: bigint;
beforeEach(async () => {
  ahead = 0n;
  const clock = systemClock();
  service = await startService({ clock: () => clock() + ahead * 1_000_000_000n });
  flow = await approvalFlow(service, { more: GLASS, needed: 2, expires: '30m' });
  gina = await service.person('gina@example.com', ['owner']);
});
afterEach(() => service.close());

const smash = (token: string, approval_id: unknown, reason = 'the site is down') =>
  service.call(token, 'POST', `/v1/approvals/${approval_id}/break-glass`, { reason });
async function waiting() {
  const run_id = await flow.run();
  const { body } = await flow.ask(run_id, { call_id: 'call' });
  return { run_id, approval_id: body['approval_id'] };
}
const records = async (kind: string) =>
  (await serviceRecords(service.service.control)).filter((record) => record.kind === kind);

describe('breaking glass', () => {
  test('lets exactly this call through, once, and never poses as an approval', async () => {
    const { run_id, approval_id } = await waiting();
    await flow.decide(flow.alice, approval_id);
    expect(await smash(gina, approval_id)).toMatchObject({
      status: 200,
      body: {
        state: 'approved',
        decided_by: 'gina@example.com',
        reason: 'the site is down',
        broke_glass: true,
      },
    });
    const used = await flow.consume(approval_id, run_id);
    expect(used.body).toMatchObject({ approved_by: ['gina@example.com'], broke_glass: true });
    expect(codeOf(await flow.consume(approval_id, run_id))).toBe('grant_consumed');
    expect(await records('glass_broken')).toMatchObject([
      {
        actor: 'gina@example.com',
        reason: 'break_glass',
        approval_id,
        detail: { reason: 'the site is down' },
      },
    ]);
    expect(await records('grant_consumed')).toMatchObject([
      { reason: 'break_glass', detail: { broke_glass: true } },
    ]);
    expect((await records('approval_decided')).map(({ actor }) => actor)).toEqual(['alice@example.com']);
    const { body } = await service.call(flow.alice, 'GET', `/v1/approvals/${approval_id}`);
    expect(body).toMatchObject({
      break_glass: { by: 'gina@example.com', reason: 'the site is down' },
      decisions: [{ decided_by: 'alice@example.com' }],
    });
  });

  test('is possible for the one who started the run, and the record says so', async () => {
    const { approval_id } = await waiting();
    expect(codeOf(await flow.decide(flow.bob, approval_id))).toBe('four_eyes');
    expect((await smash(flow.bob, approval_id)).status).toBe(200);
    expect(await records('glass_broken')).toMatchObject([{ detail: { by_initiator: true } }]);
  });

  test('shows what it lets through to those who may, before and after', async () => {
    const { approval_id } = await waiting();
    const read = async (token: string) =>
      (await service.call(token, 'GET', `/v1/approvals/${approval_id}`)).body;
    expect(await read(gina)).toMatchObject({
      arguments: ARGUMENTS,
      can_break_glass: true,
      can_decide: false,
    });
    expect(await read(flow.owner)).toMatchObject({ arguments: null, can_break_glass: false });
    await smash(gina, approval_id);
    expect(await read(gina)).toMatchObject({ arguments: ARGUMENTS, can_break_glass: false });
  });

  test('is not for whom the workflow does not name, nor for a key, and trying is on record', async () => {
    const { run_id, approval_id } = await waiting();
    for (const token of [flow.alice, flow.owner]) {
      expect(await smash(token, approval_id)).toMatchObject({ status: 403 });
      expect(codeOf(await smash(token, approval_id))).toBe('glass_not_allowed');
    }
    expect(codeOf(await smash(flow.agent, approval_id))).toBe('forbidden');
    const stranger = await service.person('gina@elsewhere.example', ['owner'], ['sales']);
    expect(codeOf(await smash(stranger, approval_id))).toBe('not_found');
    expect(codeOf(await smash(gina, approval_id, ' '))).toBe('invalid_request');
    expect(codeOf(await flow.consume(approval_id, run_id))).toBe('approval_not_granted');
    expect(await records('glass_broken')).toEqual([]);
    expect(await records('consume_refused')).toContainEqual(
      expect.objectContaining({
        actor: 'alice@example.com',
        detail: { code: 'glass_not_allowed', asked_for: 'break_glass' },
      }),
    );
  });

  test('a grant of it lives as short as the workflow says', async () => {
    const { run_id, approval_id } = await waiting();
    await smash(gina, approval_id);
    ahead = 301n;
    expect(codeOf(await flow.consume(approval_id, run_id))).toBe('approval_expired');
  });
});

describe('what is closed stays closed', () => {
  test('a refused, an expired, a withdrawn and a used one', async () => {
    const refused = await waiting();
    await flow.decide(flow.alice, refused.approval_id, 'refuse');
    expect(codeOf(await smash(gina, refused.approval_id))).toBe('approval_decided');
    const withdrawn = await waiting();
    await service.call(flow.agent, 'POST', `/v1/approvals/${withdrawn.approval_id}/withdraw`, {});
    expect(codeOf(await smash(gina, withdrawn.approval_id))).toBe('approval_decided');
    const used = await waiting();
    await smash(gina, used.approval_id);
    expect(codeOf(await smash(flow.bob, used.approval_id))).toBe('approval_decided');
    await flow.consume(used.approval_id, used.run_id);
    expect(codeOf(await smash(gina, used.approval_id))).toBe('approval_decided');
    const [late, swept] = [await waiting(), await waiting()];
    ahead = 1801n;
    expect(codeOf(await smash(gina, late.approval_id))).toBe('approval_expired');
    await sweepExpired(service.service.deps);
    expect(codeOf(await smash(gina, swept.approval_id))).toBe('approval_expired');
  });

  test('a suspended workflow, in which glass broken before opens nothing either', async () => {
    const [before, after] = [await waiting(), await waiting()];
    await smash(gina, before.approval_id);
    await service.call(flow.owner, 'POST', '/v1/workflows/ops-deploy/suspend', { reason: 'incident' });
    expect(codeOf(await smash(gina, after.approval_id))).toBe('workflow_suspended');
    expect(codeOf(await flow.consume(before.approval_id, before.run_id))).toBe('workflow_suspended');
  });

  test('of a decision and a broken glass at once, one counts, and there is one grant', async () => {
    for (let round = 0; round < 10; round++) {
      const { run_id, approval_id } = await waiting();
      const answers = await Promise.all([
        smash(gina, approval_id),
        smash(flow.bob, approval_id),
        flow.decide(flow.alice, approval_id, 'refuse'),
      ]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const refused = answers[2]?.status === 200;
      expect((await flow.consume(approval_id, run_id)).status).toBe(refused ? 409 : 200);
    }
  });
});

test('where the workflow names nobody, nobody may', async () => {
  const plain = await approvalFlow2('plain');
  expect(codeOf(await smash(gina, plain))).toBe('glass_not_allowed');
});

/** A waiting approval of a workflow without `break_glass`. */
async function approvalFlow2(workflow: string): Promise<unknown> {
  const { workflowYaml, versionOf } = await import('../support/workflow.ts');
  const yaml = workflowYaml({ workflow });
  await service.call(flow.owner, 'POST', '/v1/workflows', { yaml });
  const policy_version = versionOf(yaml);
  const start = {
    workflow,
    policy_version,
    writer: crypto.randomUUID(),
    initiator: 'x',
    initiator_token: flow.bob,
  };
  const { body } = await service.call(flow.agent, 'POST', '/v1/runs', start);
  const asked = await flow.ask(String(body['run_id']), { workflow, policy_version });
  return asked.body['approval_id'];
}
