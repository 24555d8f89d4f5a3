import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ClickHouse, runMigrations } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask } from '../support/landing.ts';
import { backTo } from '../support/older-store.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store?.close());

it('calls that were priced before there was a price book keep their costs, the provider’s and the local one', async () => {
  const { owner, service, reader } = store.clients;
  await backTo(store, '_price_book.sql');
  const run_id = randomUUID();
  const call = (cost_source: string, cost: string | null, price_version = '') => ({
    ...{ run_id, cost_source, cost, price_version, model: cost_source, start: '2026-01-15 12:00:00' },
    ...{ trace_id: 'x'.repeat(16), span_id: 'y'.repeat(8), span_hash: String(cost_source.length) },
  });
  await owner.insert({
    table: 'tollgate.model_calls',
    values: [call('local', '0.5', 'list/1'), call('provider', '0.25'), call('', null)],
    format: 'JSONEachRow',
  });
  const repriced = call('', '0.125', 'list/2');
  await service.insert({
    table: 'model_call_repricings',
    values: [
      (({ run_id, trace_id, span_id, span_hash, cost, price_version }) => ({
        ...{ run_id, trace_id, span_id, span_hash, cost, price_version },
      }))(repriced),
    ],
    format: 'JSONEachRow',
  });

  await runMigrations(owner);
  const rows = await ask(
    reader,
    `SELECT model, cost, cost_source, price_version, provider_cost, local_cost FROM counted_model_calls
     WHERE run_id = {run_id:UUID} ORDER BY model`,
    { run_id },
  );
  expect(rows).toEqual([
    {
      model: '',
      cost: '0.125',
      cost_source: 'local',
      price_version: 'list/2',
      provider_cost: null,
      local_cost: '0.125',
    },
    {
      model: 'local',
      cost: '0.5',
      cost_source: 'local',
      price_version: 'list/1',
      provider_cost: null,
      local_cost: '0.5',
    },
    {
      model: 'provider',
      cost: '0.25',
      cost_source: 'provider',
      price_version: '',
      provider_cost: '0.25',
      local_cost: null,
    },
  ]);
});
