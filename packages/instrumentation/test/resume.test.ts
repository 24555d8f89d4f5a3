import { afterAll, beforeAll, expect, test } from 'vitest';
import { ToolRefused } from '../src/index.ts';
import { openGateway } from './support/gateway.ts';
import { ANA, type House, OLA, openHouse, SAM } from './support/house.ts';
import { SUPPORT_WORKFLOW } from './support/workflows.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const MAIL = { to: 'kim@example.com', text: 'Sorry.' };

/** A process that starts a run, gets as far as `until`, and is never heard of again. Its outbox stays as it was. */
async function lostRun(until: 'waiting' | 'consumed') {
  const wire = await openGateway(Number(new URL(house.service.url).port));
  const lost = await house.start({ url: wire.url, outbox: `${house.outbox}-${crypto.randomUUID()}` });
  const send = lost.tool({ name: 'send_reply', execute: () => new Promise<never>(() => {}) });
  let runId = '';
  void lost.run({ initiator: SAM, initiatorToken: house.tokenOf(SAM) }, async (run) => {
    runId = run.id;
    await send(MAIL, { callId: 'mail-1' });
  });
  const approvalId = await house.nextWaiting();
  if (until === 'consumed') {
    await house.decideNext('approve', 'it is fine');
    while ((await house.api(ANA, 'GET', `/v1/approvals/${approvalId}`))['state'] !== 'consumed')
      await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await wire.close();
  return { runId, approvalId };
}

test.each(['mail-1', 'another-id'])(
  'an approval that waited when its process died is the one that the resumed run waits for (call %s)',
  async (callId) => {
    const { runId, approvalId } = await lostRun('waiting');
    const next = await house.start();
    let executed = 0;
    const send = next.tool({ name: 'send_reply', execute: async () => ++executed });
    const resumed = next.resume({ runId }, () => send(MAIL, { callId }));
    await house.decideNext('approve', 'it is fine');
    const result = await resumed;
    expect(result).toMatchObject({ runId, status: 'completed', output: 1 });
    const { items } = await house.api(OLA, 'GET', '/v1/approvals');
    const ofRun = (items as { run_id: string; approval_id: string; state: string }[]).filter(
      ({ run_id }) => run_id === runId,
    );
    expect(ofRun).toMatchObject([{ approval_id: approvalId, state: 'consumed' }]);
    await next.flush();
    const mine = house
      .spans()
      .filter(({ record }) => record.run_id === runId && record.kind !== 'model_called');
    const writers = new Set(mine.map(({ record }) => record.writer));
    // The store of this house answers nothing, and unknown is not zero.
    const begun = mine.find(({ record }) => record.detail?.['resumed'] === true);
    expect(begun?.record.detail).toMatchObject({ before: null });
    expect(writers.has(next.writer)).toBe(false);
  },
);

test.each(['mail-1', 'another-id'])(
  'what was dispatched before never happens a second time: refused, its outcome unknown (call %s)',
  async (callId) => {
    const { runId } = await lostRun('consumed');
    const next = await house.start();
    let executed = 0;
    const send = next.tool({ name: 'send_reply', execute: async () => ++executed });
    const result = await next.resume({ runId }, () => send(MAIL, { callId }));
    expect(executed).toBe(0);
    expect(result.error).toBeInstanceOf(ToolRefused);
    expect(result.error).toMatchObject({ reason: 'already_dispatched' });
    await next.flush();
    const mine = house.spans().filter(({ record }) => record.run_id === runId);
    const ends = mine.filter(({ record }) => record.kind === 'tool_finished');
    expect(ends.map(({ record }) => [record.call_id, record.outcome])).toEqual([['mail-1', 'unknown']]);
    expect(ends[0]?.record.digests).toBeUndefined();
  },
);

test('a run that is asked for twice at once goes on once', async () => {
  const { runId } = await lostRun('waiting');
  const next = await house.start();
  let executed = 0;
  const body = async () => {
    executed += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const both = await Promise.allSettled([next.resume({ runId }, body), next.resume({ runId }, body)]);
  expect(executed).toBe(1);
  expect(both).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'conflict' } }]);
  await house.decideNext('refuse', 'nobody waits for it any more');
});

test('other arguments are another call, and a run that nobody registered cannot go on', async () => {
  const { runId, approvalId } = await lostRun('waiting');
  const next = await house.start();
  const send = next.tool({ name: 'send_reply', execute: async () => 'sent' });
  const resumed = next.resume({ runId }, () => send({ ...MAIL, text: 'Hello.' }, { callId: 'mail-2' }));
  const waiting = async () => {
    const { items } = await house.api(ANA, 'GET', '/v1/approvals?state=waiting');
    return (items as { approval_id: string }[]).map(({ approval_id }) => approval_id);
  };
  while ((await waiting()).length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const id of await waiting())
    await house.api(ANA, 'POST', `/v1/approvals/${id}/decision`, {
      decision: id === approvalId ? 'refuse' : 'approve',
      reason: 'each on its own',
    });
  expect(await resumed).toMatchObject({ status: 'completed', output: 'sent' });
  await expect(next.resume({ runId: crypto.randomUUID() }, () => 1)).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('a stop condition suspends the workflow in every process, where the file says so', async () => {
  const yaml = SUPPORT_WORKFLOW.replace(
    'stops_when: { denials: 5, errors: 5 }',
    'stops_when: { denials: 2, errors: 5, suspend_workflow: true }',
  );
  const strict = await openHouse(yaml);
  try {
    const [one, other] = await Promise.all([strict.start(), strict.start()]);
    const classify = other.tool({ name: 'classify', execute: async () => 'bug' });
    let before: unknown;
    const started = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<void>();
    const bystander = other.run({ initiator: SAM }, async () => {
      before = await classify({});
      started.resolve();
      await stopped.promise;
      return classify({});
    });
    await started.promise;
    const forbidden = one.tool({ name: 'delete_ticket', execute: async () => 'gone' });
    await one.run({ initiator: SAM }, async () => {
      for (let tries = 0; tries < 2; tries++) await forbidden({}).catch(() => {});
    });
    // Within a second: a process that has not heard for so long refuses by itself.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    stopped.resolve();
    expect(await bystander).toMatchObject({ status: 'suspended', error: { reason: 'workflow_suspended' } });
    expect(before).toBe('bug');
    await expect(one.run({ initiator: SAM }, () => 1)).rejects.toMatchObject({ code: 'workflow_suspended' });
  } finally {
    await strict.close();
  }
});
