import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ClickHouse, migrationFiles, runMigrations } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask } from '../support/landing.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store?.close());

it('calls that were priced before there was a price book keep their costs, the provider’s and the local one', async () => {
  const { owner, service, reader } = store.clients;
  const files = migrationFiles();
  const first = files.findIndex(({ name }) => name.endsWith('_price_book.sql'));
  const tables = await ask<{ name: string }>(
    owner,
    `SELECT name FROM system.tables WHERE database = 'tollgate'`,
  );
  // Rules of retention ask a view, in whatever order both go.
  const sure = 'SYNC SETTINGS check_table_dependencies = 0';
  for (const { name } of tables) await owner.command({ query: `DROP TABLE tollgate.${name} ${sure}` });
  await runMigrations(owner, { files: files.slice(0, first) });
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
