import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse, SAM } from '../support/house.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
});
afterAll(() => house.close());

test('a provider’s cost that cannot be read goes out as it came, and the price list’s counts', async () => {
  const tollgate = await house.start();
  const model = { provider: 'openai', model: 'gpt-4o-mini', usage: { inputTokens: 100, outputTokens: 10 } };
  const unread = ['1e-7', '-1', 'NaN', '0.0000000000000001', '1000000000', 'x'.repeat(500)];
  await tollgate.run({ initiator: SAM }, async (run) => {
    for (const costUsd of unread) run.recordModelUsage({ ...model, costUsd });
    for (const costUsd of ['0.25', '999999999.5']) run.recordModelUsage({ ...model, costUsd });
    run.recordModelUsage(model);
  });
  await tollgate.flush();
  const calls = house.spans().filter(({ name }) => name.startsWith('chat '));
  expect(
    calls.map(({ attributes, record }) => [
      ...[attributes['tollgate.cost.usd'], attributes['tollgate.cost.source'], record?.cost?.source],
    ]),
  ).toEqual([
    ...unread.map((costUsd) => [costUsd.slice(0, 64), 'provider', 'local']),
    ['0.25', 'provider', 'provider'],
    ['999999999.5', 'provider', 'provider'],
    [undefined, undefined, 'local'],
  ]);
});
