import { TollgateError } from '@tollgate/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { INTERNAL_WORKFLOW, PATIENT_WORKFLOW } from '../support/workflows.ts';

let strict: House;
let patient: House;
beforeAll(async () => {
  strict = await openHouse(INTERNAL_WORKFLOW);
  patient = await openHouse(PATIENT_WORKFLOW);
});
afterAll(async () => {
  await strict.close();
  await patient.close();
});

const LABEL = { ticket: 'T-1', label: 'done' };

test.each(['cut', 'hold'] as const)(
  'the service is gone (%s) in the middle of a run: class 1 and 2 refuse, on record',
  async (mode) => {
    const tollgate = await strict.start();
    let executed = 0;
    const label = tollgate.tool({ name: 'set_label', execute: async () => ++executed });
    const classify = tollgate.tool({ name: 'classify', execute: async () => ++executed });
    const result = await tollgate.run({ initiator: SAM }, async (run) => {
      await label(LABEL);
      strict.service.mode = mode;
      // The last heartbeat stands for a second; after that, silence means no.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await label(LABEL).catch(() => {});
      await classify({}).catch(() => {});
      return run.refusals().map(({ reason }) => reason);
    });
    strict.service.mode = 'open';
    expect(executed).toBe(1);
    expect(result.output).toEqual(['service_unreachable', 'service_unreachable']);
    await tollgate.flush();
    const reasons = chainOf(strict.spans(), result.runId).flatMap(({ record }) => record.reason ?? []);
    expect(reasons).toEqual(['within_scope', 'service_unreachable', 'service_unreachable']);
  },
);

test('the service comes back: the next call goes through again', async () => {
  const tollgate = await strict.start();
  const label = tollgate.tool({ name: 'set_label', execute: async () => 'done' });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    strict.service.mode = 'cut';
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await label(LABEL).catch(() => {});
    strict.service.mode = 'open';
    return label(LABEL);
  });
  expect(result).toMatchObject({ status: 'completed', output: 'done' });
});

test('nobody answers at start: a workflow that refuses does not start', async () => {
  strict.service.mode = 'cut';
  await expect(strict.start()).rejects.toMatchObject({ code: 'service_unreachable' });
  strict.service.mode = 'open';
});

test('where the workflow allows class 1, it starts alone, does class 1 only, and registers late', async () => {
  patient.service.mode = 'cut';
  const tollgate = await patient.start();
  const classify = tollgate.tool({ name: 'classify', execute: async () => 'bug' });
  const label = tollgate.tool({ name: 'set_label', execute: async () => 'labelled' });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const alone = [await classify({}), await label(LABEL).catch((error) => error.reason)];
    patient.service.mode = 'open';
    return [...alone, await label(LABEL)];
  });
  expect(result).toMatchObject({ status: 'completed', output: ['bug', 'service_unreachable', 'labelled'] });
  expect(result.runId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect(patient.service.requests.filter((line) => line === 'POST /v1/runs').length).toBeGreaterThan(0);
});

test('a file that differs from the registered one does not start', async () => {
  const looser = INTERNAL_WORKFLOW.replace('one_of: [open, done]', 'one_of: [open, done, urgent]');
  const starting = strict.start({ workflow: { yaml: looser } });
  await expect(starting).rejects.toBeInstanceOf(TollgateError);
  await expect(starting).rejects.toMatchObject({ code: 'policy_not_registered' });
});

test('another file is registered while a run goes on: the old one has no say any more', async () => {
  const house = await openHouse(INTERNAL_WORKFLOW);
  try {
    const tollgate = await house.start();
    let executed = 0;
    const label = tollgate.tool({ name: 'set_label', execute: async () => ++executed });
    const result = await tollgate.run({ initiator: SAM }, async () => {
      const yaml = INTERNAL_WORKFLOW.replace('denials: 5', 'denials: 4');
      await house.api('ola@example.com', 'POST', '/v1/workflows', { yaml });
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await label(LABEL);
    });
    expect(executed).toBe(0);
    expect(result).toMatchObject({ status: 'blocked', error: { reason: 'policy_superseded' } });
    expect(result.error).toMatchObject({ decision: { field: 'policy_version' } });
  } finally {
    await house.close();
  }
});

test('a wrong key, an invalid file, and a strict start', async () => {
  await expect(strict.start({ key: 'tgk_wrong_key' })).rejects.toMatchObject({ code: 'unauthenticated' });
  const invalid = strict.start({
    workflow: { yaml: INTERNAL_WORKFLOW.replace('action: search', 'action: serch') },
  });
  await expect(invalid).rejects.toMatchObject({ code: 'invalid_workflow' });
  await expect(invalid).rejects.toThrow(/workflow:\d+ tools\[0\]\.action: .*did you mean "search"/);
  const tollgate = await strict.start({ strictTools: true });
  expect(() => tollgate.tool({ name: 'unheard_of', execute: async () => 1 })).toThrow(/does not list/);
});
