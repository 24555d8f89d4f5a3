import { canonicalJson } from '@tollgate/contract';
import fc from 'fast-check';
import { v4 as uuidv4 } from 'uuid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAgentKey } from '../../src/index.ts';
import { ARGUMENTS, approvalFlow, type Flow } from '../support/approval-flow.ts';
import { serviceRecords } from '../support/records.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';
import { workflowYaml } from '../support/workflow.ts';

let service: TestService;
let flow: Flow;
beforeEach(async () => {
  service = await startService();
  flow = await approvalFlow(service);
});
afterEach(() => service.close());

const resume = (run_id: string, over: Readonly<Record<string, unknown>> = {}, key = flow.agent) =>
  service.call(key, 'POST', `/v1/runs/${run_id}/resume`, {
    ...{ workflow: 'ops-deploy', policy_version: flow.policy_version, writer: uuidv4(), ...over },
  });
const askAgain = (run_id: string, over: Readonly<Record<string, unknown>> = {}) =>
  flow.ask(run_id, { resumes: true, ...over });

describe('another process goes on with a run', () => {
  test('the run stays what it was, its new writer is on record, and the same again changes nothing', async () => {
    const run_id = await flow.run();
    const writer = uuidv4();
    const first = await resume(run_id, { writer });
    expect(first).toMatchObject({
      status: 200,
      body: { run_id, initiator: 'bob@example.com', initiator_verified: true },
    });
    expect((await resume(run_id, { writer })).body).toEqual(first.body);
    await resume(run_id);
    const resumed = (await serviceRecords(service.service.control)).filter(
      ({ kind }) => kind === 'run_resumed',
    );
    expect(resumed.map(({ run_id: of, actor }) => [of, actor])).toEqual([
      [run_id, 'ops-agent'],
      [run_id, 'ops-agent'],
    ]);
    expect(resumed[1]?.detail).toMatchObject({ earlier_writers: [expect.any(String), writer] });
  });

  test('not by another principal or team, not of another workflow, version or writer, not while suspended', async () => {
    const run_id = await flow.run();
    const stranger = await createAgentKey(service.service.control, {
      ...{ principal: 'stranger', team: 'ops', workflows: ['*'], created_by: 'test' },
    });
    expect(codeOf(await resume(run_id, {}, stranger.key))).toBe('not_found');
    expect(codeOf(await resume(run_id, {}, await service.key('sales')))).toBe('not_found');
    expect(codeOf(await resume(uuidv4()))).toBe('not_found');
    expect(codeOf(await resume(run_id, { workflow: 'another' }))).toBe('not_found');
    expect(codeOf(await resume(run_id, { policy_version: `sha256:${'0'.repeat(64)}` }))).toBe(
      'policy_not_registered',
    );
    const { writer } = await service.service.control.db
      .selectFrom('runs')
      .select('writer')
      .where('run_id', '=', run_id)
      .executeTakeFirstOrThrow();
    expect(codeOf(await resume(run_id, { writer }))).toBe('conflict');
    await service.call(flow.owner, 'POST', '/v1/workflows/ops-deploy/suspend', { reason: 'incident' });
    expect(codeOf(await resume(run_id))).toBe('workflow_suspended');
    await service.call(flow.owner, 'POST', '/v1/workflows/ops-deploy/resume', { reason: 'over' });
    await service.call(flow.owner, 'POST', '/v1/workflows', { yaml: workflowYaml({ perRun: '1' }) });
    expect(codeOf(await resume(run_id))).toBe('policy_not_registered');
  });
});

describe('what a resumed run asks for again', () => {
  test('a request that waits goes on waiting, and is used under the call that it was made for', async () => {
    const run_id = await flow.run();
    const { body } = await flow.ask(run_id, { call_id: 'before' });
    await service.restart();
    await resume(run_id);
    const again = await askAgain(run_id, { call_id: 'after' });
    expect(again.body).toMatchObject({
      ...{ approval_id: body['approval_id'], call_id: 'before', state: 'waiting' },
    });
    await flow.decide(flow.alice, body['approval_id']);
    expect((await askAgain(run_id, { call_id: 'after' })).body).toMatchObject({ state: 'approved' });
    expect(codeOf(await flow.consume(body['approval_id'], run_id, { call_id: 'after' }))).toBe(
      'binding_mismatch',
    );
    const used = await flow.consume(body['approval_id'], run_id, { call_id: 'before' });
    expect(used).toMatchObject({ status: 200, body: { call_id: 'before' } });
  });

  test('one that was used says so, and no receipt is given again', async () => {
    const run_id = await flow.run();
    const { body } = await flow.ask(run_id, { call_id: 'before' });
    await flow.decide(flow.alice, body['approval_id']);
    await flow.consume(body['approval_id'], run_id, { call_id: 'before' });
    await resume(run_id);
    const again = await askAgain(run_id, { call_id: 'after' });
    expect(again.body).toMatchObject({
      call_id: 'before',
      state: 'consumed',
      approval_id: body['approval_id'],
    });
    for (const call_id of ['before', 'after'])
      expect((await flow.consume(body['approval_id'], run_id, { call_id })).status).toBe(409);
    const records = await serviceRecords(service.service.control);
    expect(records).toContainEqual(
      expect.objectContaining({ call_id: 'after', reason: 'already_dispatched', enforcement: 'refused' }),
    );
  });

  test('a refusal stands; what expired or was withdrawn is asked for anew', async () => {
    const run_id = await flow.run();
    const refused = await flow.ask(run_id, { call_id: 'one' });
    await flow.decide(flow.alice, refused.body['approval_id'], 'refuse');
    await resume(run_id);
    expect((await askAgain(run_id)).body).toMatchObject({ state: 'refused', call_id: 'one' });
    const second = await flow.run();
    const withdrawn = await flow.ask(second, { call_id: 'one' });
    await service.call(flow.agent, 'POST', `/v1/approvals/${withdrawn.body['approval_id']}/withdraw`, {});
    await resume(second);
    expect((await askAgain(second, { call_id: 'two' })).body).toMatchObject({
      state: 'waiting',
      call_id: 'two',
    });
  });

  test('other arguments, another run, or a run that nobody resumed are new requests', async () => {
    const run_id = await flow.run();
    const { body } = await flow.ask(run_id, { call_id: 'before' });
    expect((await askAgain(run_id, { call_id: 'c1' })).body['approval_id']).not.toBe(body['approval_id']);
    await resume(run_id);
    const edited = canonicalJson({ target: 'staging', version: 'v1.2.3' });
    expect((await askAgain(run_id, { call_id: 'c2', arguments: edited })).body).toMatchObject({
      call_id: 'c2',
    });
    const other = await flow.run();
    await resume(other);
    expect((await askAgain(other, { call_id: 'c3' })).body).toMatchObject({ call_id: 'c3' });
    expect((await flow.ask(run_id, { call_id: 'c4' })).body).toMatchObject({ call_id: 'c4' });
  });

  test('what was wanted twice comes back twice, the oldest first, to each process that resumes the run', async () => {
    const run_id = await flow.run();
    for (const call_id of ['a', 'b']) await flow.ask(run_id, { call_id });
    for (const process of ['second', 'third']) {
      await resume(run_id);
      const calls = ['x', 'y', 'x', 'z'].map((name) => `${process}-${name}`);
      const got: unknown[] = [];
      for (const call_id of calls) got.push((await askAgain(run_id, { call_id })).body['call_id']);
      // `z` of the second process is a request of its own, which the third finds after the first two.
      expect(got).toEqual(['a', 'b', 'a', 'second-z']);
    }
  });

  test('a call that asks under its own id after another one got its request back gets it as well, and one of them runs', async () => {
    const run_id = await flow.run();
    const { body } = await flow.ask(run_id, { call_id: 'before' });
    await resume(run_id);
    const status = { approval_id: body['approval_id'], call_id: 'before', state: 'waiting' };
    expect((await askAgain(run_id, { call_id: 'after' })).body).toMatchObject(status);
    expect((await askAgain(run_id, { call_id: 'before' })).body).toMatchObject(status);
    expect((await flow.ask(run_id, { call_id: 'before' })).body).toMatchObject(status);
    expect((await askAgain(run_id, { call_id: 'third' })).body).toMatchObject({ call_id: 'third' });
    await flow.decide(flow.alice, body['approval_id']);
    const used = await Promise.all(
      [1, 2].map(() => flow.consume(body['approval_id'], run_id, { call_id: 'before' })),
    );
    expect(used.map((each) => each.status).sort()).toEqual([200, 409]);
  });

  test('whatever is used, resumed and asked for again in whatever order, a grant is used once', {
    timeout: 120_000,
  }, async () => {
    const step = fc.constantFrom('ask', 'ask', 'decide', 'consume', 'consume', 'resume', 'restart');
    let used = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), async (sequence) => {
        const run_id = await flow.run();
        const receipts: unknown[] = [];
        const last = await flow.ask(run_id, { call_id: 'first' });
        let status = last.body;
        for (const one of ['decide', ...sequence]) {
          if (one === 'resume') await resume(run_id);
          else if (one === 'restart') await service.restart();
          else if (one === 'ask') status = (await askAgain(run_id)).body;
          else if (one === 'decide') await flow.decide(flow.alice, status['approval_id']);
          else {
            const { approval_id, call_id } = status;
            const answers = await Promise.all(
              [1, 2].map(() => flow.consume(approval_id, run_id, { call_id })),
            );
            receipts.push(
              ...answers.filter((each) => each.status === 200).map(({ body }) => body['approval_id']),
            );
          }
        }
        used += receipts.length;
        expect(new Set(receipts).size).toBe(receipts.length);
      }),
      { numRuns: 8 },
    );
    expect(used).toBeGreaterThan(0);
  });
});

test('the arguments that a resumed run gets back are never shown to it', async () => {
  const run_id = await flow.run();
  await flow.ask(run_id, { call_id: 'before' });
  await resume(run_id);
  expect(JSON.stringify((await askAgain(run_id)).body)).not.toContain(ARGUMENTS);
});
