import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Run, Tollgate } from '../../src/index.ts';
import { ANA, type House, OLA, openHouse, SAM } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';

let house: House;
let tollgate: Tollgate;
const sent: unknown[] = [];
beforeAll(async () => {
  house = await openHouse();
  tollgate = await house.start();
});
afterAll(() => house.close());

const TO = { to: 'kim@example.com', text: 'Sorry.' };

function sendReply(during?: () => void) {
  return tollgate.tool({
    name: 'send_reply',
    execute: async (args: { to: string; text: string }) => {
      during?.();
      sent.push(args);
      return 'sent';
    },
  });
}

function run<T>(body: (run: Run) => Promise<T>, signal?: AbortSignal) {
  sent.length = 0;
  return tollgate.run({ initiator: 'whoever', initiatorToken: house.tokenOf(SAM), signal }, body);
}

async function kinds(runId: string) {
  await tollgate.flush();
  return chainOf(house.spans(), runId)
    .filter(({ record }) => record.tool !== undefined)
    .map(({ record }) => [record.enforcement ?? record.outcome, record.reason ?? '']);
}

test('approved: waits, is consumed, executed once, with the approval on every record of the call', async () => {
  const tool = sendReply();
  const deciding = house.decideNext('approve', 'fine by me');
  const [result, approvalId] = await Promise.all([run(() => tool(TO)), deciding]);
  expect(result).toMatchObject({ status: 'completed', output: 'sent' });
  expect(sent).toEqual([TO]);
  expect(await kinds(result.runId)).toEqual([
    ['waiting', 'approval_required'],
    ['executed', 'approval_granted'],
    ['succeeded', ''],
  ]);
  const spans = chainOf(house.spans(), result.runId);
  expect(spans[0]?.record).toMatchObject({ actor: SAM, detail: { initiator_verified: true } });
  const call = spans.filter(({ record }) => record.tool === 'send_reply');
  expect(new Set(call.map(({ record }) => record.approval_id))).toEqual(new Set([approvalId]));
  expect(new Set(call.map(({ record }) => record.call_id)).size).toBe(1);
  expect(call[0]?.name).toBe('request_approval send_reply');
  expect(call[1]?.record.detail).toMatchObject({ approved_by: [ANA] });
});

test('refused: never executed, and the approver’s words reach the agent', async () => {
  const tool = sendReply();
  void house.decideNext('refuse', 'wrong customer');
  const result = await run(() => tool(TO));
  expect(sent).toEqual([]);
  expect(result.status).toBe('refused');
  expect(result.error).toMatchObject({
    reason: 'approval_refused',
    decision: { enforcement: 'refused', decidedBy: ANA, approverReason: 'wrong customer' },
  });
  expect((result.error as Error).message).toContain('wrong customer');
  expect(await kinds(result.runId)).toEqual([
    ['waiting', 'approval_required'],
    ['refused', 'approval_refused'],
  ]);
});

test('the initiator is only claimed: four eyes cannot be shown, so nobody is asked', async () => {
  const tool = sendReply();
  sent.length = 0;
  const result = await tollgate.run({ initiator: SAM }, () => tool(TO));
  expect(sent).toEqual([]);
  expect(result.error).toMatchObject({ reason: 'grant_unusable' });
  expect((result.error as Error).message).toContain('initiator_unverified');
});

test('cancelled while waiting: withdrawn, recorded, not executed', async () => {
  const tool = sendReply();
  const controller = new AbortController();
  const waiting = house.nextWaiting();
  const running = run(() => tool(TO), controller.signal);
  const id = await waiting;
  controller.abort();
  const result = await running;
  expect(result.status).toBe('cancelled');
  expect(sent).toEqual([]);
  expect(await kinds(result.runId)).toEqual([
    ['waiting', 'approval_required'],
    ['refused', 'approval_withdrawn'],
  ]);
  expect(await house.api(ANA, 'GET', `/v1/approvals/${id}`)).toMatchObject({ state: 'withdrawn' });
});

test('cancelled while the grant is consumed: it is used up, and nothing is executed', async () => {
  const tool = sendReply();
  const controller = new AbortController();
  house.service.rule = ({ path }) => {
    if (path.endsWith('/consume')) controller.abort();
    return undefined;
  };
  void house.decideNext('approve', 'go on');
  const result = await run(() => tool(TO), controller.signal);
  house.service.rule = () => undefined;
  expect(result.status).toBe('cancelled');
  expect(sent).toEqual([]);
  expect(await kinds(result.runId)).toEqual([
    ['waiting', 'approval_required'],
    ['refused', 'approval_withdrawn'],
  ]);
});

test('suspended while waiting: the approval does not help, the next tool call is refused as well', async () => {
  const tool = sendReply();
  const search = tollgate.tool({ name: 'search_tickets', execute: async () => [] });
  const waiting = house.nextWaiting();
  const running = run(async (current) => {
    await tool(TO).catch(() => {});
    await search({}).catch(() => {});
    return current.refusals().map(({ reason }) => reason);
  });
  const id = await waiting;
  await house.api(OLA, 'POST', '/v1/workflows/support-triage/suspend', { reason: 'too many complaints' });
  await house.api(ANA, 'POST', `/v1/approvals/${id}/decision`, { decision: 'approve', reason: 'late' });
  const result = await running;
  await house.api(OLA, 'POST', '/v1/workflows/support-triage/resume', { reason: 'settled' });
  expect(result).toMatchObject({ status: 'suspended', output: ['workflow_suspended', 'workflow_suspended'] });
  expect(sent).toEqual([]);
});

test('the answer with the receipt is lost: nobody knows, so nothing is executed, and nothing twice', async () => {
  const tool = sendReply();
  void house.decideNext('approve', 'go on');
  house.service.loseAnswer = (path) => path.endsWith('/consume');
  const result = await run(() => tool(TO));
  expect(sent).toEqual([]);
  expect(result).toMatchObject({ status: 'blocked', error: { reason: 'grant_unusable' } });
});

test('the service goes away and comes back while the agent waits: the decision still arrives', async () => {
  const tool = sendReply();
  let cut = 0;
  house.service.rule = ({ path }) => {
    if (!path.includes('/status')) return undefined;
    cut += 1;
    return 'cut';
  };
  const waiting = house.nextWaiting();
  const running = run(() => tool(TO));
  const id = await waiting;
  await house.api(ANA, 'POST', `/v1/approvals/${id}/decision`, { decision: 'approve', reason: 'yes' });
  while (cut < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(sent).toEqual([]);
  house.service.rule = () => undefined;
  expect((await running).status).toBe('completed');
  expect(sent).toEqual([TO]);
});

test('the service lets nobody else wait: it is asked at once instead, and the decision arrives', async () => {
  const tool = sendReply();
  house.service.rule = ({ path }) => (path.includes('wait_seconds=25') ? 429 : undefined);
  const deciding = house.decideNext('approve', 'yes');
  const controller = new AbortController();
  const late = setTimeout(() => controller.abort(), 10_000);
  const result = await run(() => tool(TO), controller.signal);
  clearTimeout(late);
  house.service.rule = () => undefined;
  await deciding;
  expect(result.status).toBe('completed');
  expect(sent).toEqual([TO]);
});

test('a hint raises a class-2 call to class 3; it waits like any other', async () => {
  const internal = tollgate.tool({
    name: 'set_label',
    hints: { destructive: true },
    execute: async () => sent.push('label'),
  });
  void house.decideNext('refuse', 'no');
  const result = await run(() => internal({ ticket: 'T-1', label: 'done' }));
  expect(result).toMatchObject({ status: 'refused' });
  expect(sent).toEqual([]);
});

test('two calls at once wait for an approval each, and each is executed with its own arguments', async () => {
  const tool = sendReply();
  const people = ['a@example.com', 'b@example.com'];
  const result = await run((current) =>
    Promise.all([
      ...people.map((to) => tool.in(current)({ to, text: to })),
      house.decideNext('approve', 'one').then(() => house.decideNext('approve', 'two')),
    ]),
  );
  expect(result.status).toBe('completed');
  expect(sent.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual(
    people.map((to) => ({ to, text: to })),
  );
});

test('what was refused while its approval may still be live is, when it is wanted again, that same call', async () => {
  const tool = sendReply();
  const waiting = Promise.withResolvers<string>();
  const running = run(async () => {
    await tool(TO, { callId: 'mail' }).catch(() => {});
    house.service.rule = () => undefined;
    return tool(TO, { callId: 'mail' });
  });
  void house.nextWaiting().then(waiting.resolve);
  const id = await waiting.promise;
  // The decision arrives, the receipt cannot be had: the service is away for longer than the gate asks.
  house.service.rule = ({ path }) => (path.endsWith('/consume') ? 'cut' : undefined);
  await house.api(ANA, 'POST', `/v1/approvals/${id}/decision`, { decision: 'approve', reason: 'fine' });
  const result = await running;
  expect(result).toMatchObject({ status: 'completed', output: 'sent' });
  expect(sent).toEqual([TO]);
  const { items } = await house.api(OLA, 'GET', '/v1/approvals');
  const ofRun = (items as { run_id: string; approval_id: string }[]).filter(
    ({ run_id }) => run_id === result.runId,
  );
  expect(ofRun.map(({ approval_id }) => approval_id)).toEqual([id]);
});
