import { afterEach, beforeEach, expect, test } from 'vitest';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { serviceRecords } from '../support/records.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';

let service: TestService;
let flow: Flow;
beforeEach(async () => {
  service = await startService();
  flow = await approvalFlow(service);
});
afterEach(() => service.close());

const PATH = '/v1/workflows/ops-deploy';
const stop = (run_id: string, key = flow.agent, path = PATH) =>
  service.call(key, 'POST', `${path}/stop`, {
    ...{ run_id, reason: 'stop_condition', field: 'stops_when.denials', detail: '3 denials in one run' },
  });
const suspended = async () => (await service.call(flow.agent, 'GET', `${PATH}/heartbeat`)).body['suspended'];
const resume = () => service.call(flow.owner, 'POST', `${PATH}/resume`, { reason: 'over' });
const suspend = () => service.call(flow.owner, 'POST', `${PATH}/suspend`, { reason: 'incident' });

test('an agent stops its own workflow, every heartbeat from then on says so, and only a person lets it go on', async () => {
  const run_id = await flow.run();
  expect(await suspended()).toBe(false);
  const answers = await Promise.all([1, 2, 3].map(() => stop(run_id)));
  expect(answers.map(({ status, body }) => [status, body['suspended']])).toEqual(
    answers.map(() => [200, true]),
  );
  expect(await suspended()).toBe(true);
  const records = (await serviceRecords(service.service.control)).filter(({ kind }) => kind === 'suspended');
  expect(records).toMatchObject([
    { actor: 'ops-agent', reason: 'stop_condition', detail: { field: 'stops_when.denials', run_id } },
  ]);
  expect((await service.call(flow.owner, 'GET', PATH)).body).toMatchObject({
    suspended_by: 'ops-agent',
    suspended_reason: 'stops_when.denials: 3 denials in one run',
  });
  expect((await service.call(flow.agent, 'POST', `${PATH}/resume`, { reason: 'x' })).status).toBe(403);
  expect((await resume()).status).toBe(200);
  expect(await suspended()).toBe(false);
});

test('not another workflow, and not with another’s run', async () => {
  const run_id = await flow.run();
  expect(codeOf(await stop(run_id, await service.key('sales')))).toBe('not_found');
  expect(codeOf(await stop(run_id, await service.key('ops', ['something-else'])))).toBe('forbidden');
  expect(codeOf(await stop(run_id, flow.agent, '/v1/workflows/another'))).toBe('not_found');
  expect(codeOf(await stop(crypto.randomUUID()))).toBe('not_found');
  expect((await stop(run_id, flow.owner)).status).toBe(403);
  expect(await suspended()).toBe(false);
});

test('the first heartbeat after a suspension, and after a restart, knows of it', async () => {
  for (let round = 0; round < 20; round++) {
    await suspend();
    expect(await suspended()).toBe(true);
    if (round === 10) {
      await service.restart();
      expect(await suspended()).toBe(true);
    }
    await resume();
    expect(await suspended()).toBe(false);
  }
});

test('of a suspension and uses of grants at once, each use came before it in the service’s order, or is refused', {
  timeout: 120_000,
}, async () => {
  let [before, refused] = [0, 0];
  for (let round = 0; round < 15; round++) {
    const grants = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const run_id = await flow.run();
        const { body } = await flow.ask(run_id, { call_id: 'call' });
        await flow.decide(flow.alice, body['approval_id']);
        return { run_id, approval_id: body['approval_id'] };
      }),
    );
    const use = ({ run_id, approval_id }: (typeof grants)[number]) => flow.consume(approval_id, run_id);
    const [first, second, ...rest] = grants;
    if (first === undefined || second === undefined) throw new Error('no grants');
    // Sent on open connections, so that the order of arrival is anybody's.
    const [one, two, stopped, ...others] = await Promise.all([
      use(first),
      use(second),
      round % 2 === 0 ? suspend() : stop(first.run_id),
      ...rest.map(use),
    ]);
    expect(stopped?.status).toBe(200);
    const uses = [one, two, ...others].flatMap((answer) => (answer === undefined ? [] : [answer]));
    const at = await timeOf('suspended');
    for (const answer of uses) {
      if (answer.status === 200) {
        const used = await timeOf('grant_consumed', String(answer.body['approval_id']));
        expect(used < at).toBe(true);
        before += 1;
      } else {
        expect(codeOf(answer)).toBe('workflow_suspended');
        refused += 1;
      }
    }
    for (const grant of grants) expect(codeOf(await use(grant))).toBe('workflow_suspended');
    await resume();
  }
  expect(before + refused).toBe(60);
  expect(refused).toBeGreaterThan(0);
});

/** When the newest such record was made, by the service's one clock. */
async function timeOf(kind: string, approval_id?: string): Promise<bigint> {
  const records = await serviceRecords(service.service.control);
  const last = records.findLast(
    (record) => record.kind === kind && (approval_id === undefined || record.approval_id === approval_id),
  );
  return BigInt(last?.time ?? 0);
}
