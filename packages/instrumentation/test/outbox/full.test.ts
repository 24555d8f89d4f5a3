import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW.replace('denials: 5', 'denials: 900'));
});
afterAll(() => house.close());

test('the outbox is full: class 2 refuses, class 1 goes on and leaves a gap on record, the chain stays whole', async () => {
  const tollgate = await house.start({ outboxMaxBytes: 64 * 1024 });
  const done: string[] = [];
  const classify = tollgate.tool({ name: 'classify', execute: async () => done.push('classify') });
  const label = tollgate.tool({ name: 'set_label', execute: async () => done.push('label') });
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    house.collector.mode = 503;
    const text = 'x'.repeat(4000);
    for (let index = 0; index < 20; index++) await classify({ text });
    const before = done.length;
    await label({ ticket: 'T-1', label: 'done' }).catch(() => {});
    await classify({ text });
    expect(done.slice(before)).toEqual(['classify']);
    house.collector.mode = 'open';
    await tollgate.flush(10_000);
    await label({ ticket: 'T-1', label: 'done' });
    return run.refusals().map(({ reason }) => reason);
  });
  expect(result).toMatchObject({ status: 'completed', output: ['evidence_unavailable'] });
  expect(done.at(-1)).toBe('label');
  await tollgate.flush(10_000);
  const chain = chainOf(house.spans(), result.runId);
  const gap = chain.find(({ record }) => record.kind === 'evidence_gap');
  expect(gap?.record.detail).toMatchObject({ why: ['outbox_full'], lost: expect.any(Number) });
  const recorded = chain.filter(({ record }) => record.tool === 'classify').length;
  const gaps = chain.filter(({ record }) => record.kind === 'evidence_gap');
  const lost = gaps.reduce((sum, { record }) => sum + Number(record.detail?.['lost']), 0);
  // 21 calls of one record each, and the intent of the refused one: either stored or counted as lost.
  const labelRefusals = chain.filter(({ record }) => record.reason === 'evidence_unavailable').length;
  expect(recorded + lost).toBe(21 + 1 + (labelRefusals === 1 ? 0 : 1));
});

test('a refusal whose arguments have no room any more is on record without them', async () => {
  const tollgate = await house.start({ outboxMaxBytes: 64 * 1024 });
  const classify = tollgate.tool({ name: 'classify', execute: async () => 'bug' });
  const forbidden = tollgate.tool({ name: 'delete_ticket', execute: async () => 'gone' });
  const { runId } = await tollgate.run({ initiator: SAM }, async () => {
    house.collector.mode = 503;
    for (let index = 0; index < 20; index++) await classify({ text: 'x'.repeat(4000) });
    await forbidden({ text: 'y'.repeat(30_000) }).catch(() => {});
    house.collector.mode = 'open';
    await tollgate.flush(10_000);
  });
  await tollgate.flush(10_000);
  const refusal = chainOf(house.spans(), runId).find(({ record }) => record.tool === 'delete_ticket');
  expect(refusal?.record).toMatchObject({ reason: 'tool_blocked', detail: { content_left_out: true } });
  expect(refusal?.record.digests).toBeUndefined();
});
