import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { COSTS } from '../../src/rollups/costs.ts';
import { passOver } from '../../src/rollups/pass.ts';
import { keptFrom } from '../../src/rollups/worker.ts';
import { DEFAULT_SETTINGS } from '../../src/settings.ts';
import {
  age,
  combined,
  DAYS,
  delay,
  deps,
  fromRows,
  land,
  pricedStore,
  RANGE,
  reprice,
  rowsOf,
} from './store.ts';

let clickhouse: ClickHouse;
beforeAll(async () => {
  clickhouse = await pricedStore();
});
afterAll(() => clickhouse?.close());
beforeEach(async () => {
  for (const table of ['model_calls', 'model_call_repricings', 'cost_days', 'rollup_drifts'])
    await clickhouse.clients.owner.command({ query: `TRUNCATE TABLE ${table}` });
});

const pass = (options = {}) => passOver(deps(clickhouse), COSTS, options);

const calls = async (range = RANGE) =>
  (await combined(clickhouse, range)).reduce((sum, row) => sum + Number(row['calls']), 0);

/** Makes what is stored be about another sum, so that it shows whether rows or a rollup answered. */
const forgeRollups = async () => {
  await clickhouse.clients.owner.command({
    query: `ALTER TABLE cost_days UPDATE \`groups.calls\` = arrayMap(c -> c + 1000, \`groups.calls\`) WHERE NOT open SETTINGS mutations_sync = 2`,
  });
};

describe('the costs of closed days', () => {
  const [run, other] = [randomUUID(), randomUUID()];

  test('come from the rollup once a day has been quiet, and from rows before', async () => {
    await land(clickhouse, [
      { run, hour: 1, id: 'a' },
      { run: other, hour: 30, id: 'b' },
    ]);
    expect(await pass()).toEqual({ opened: 2, built: 0, open: 2 });
    expect(await calls()).toBe(2);
    await age(clickhouse);
    expect(await pass()).toEqual({ opened: 0, built: 2, open: 0 });
    expect(await combined(clickhouse)).toEqual(await fromRows(clickhouse));
    await forgeRollups();
    expect(await calls()).toBe(2002);
  });

  test('of a part of a day come from rows', async () => {
    await land(clickhouse, [
      { run, hour: 1, id: 'a' },
      { run, hour: 5, id: 'b' },
      { run: other, hour: 30, id: 'c' },
    ]);
    await age(clickhouse);
    await pass();
    await forgeRollups();
    expect(await calls({ from: '2026-01-14 02:00:00', to: '2026-01-15 00:00:00' })).toBe(1);
    expect(await calls({ from: '2026-01-14 02:00:00', to: '2026-01-16 00:00:00' })).toBe(1002);
  });

  test('are right at once when a late call arrives, and a later pass takes it in', async () => {
    await land(clickhouse, [
      { run, hour: 1, id: 'a' },
      { run: other, hour: 30, id: 'b' },
    ]);
    await age(clickhouse);
    await pass();
    await forgeRollups();
    await land(clickhouse, [{ run: other, hour: 31, id: 'late' }]);
    expect(await calls()).toBe(1001 + 2);
    expect(await pass()).toEqual({ opened: 1, built: 0, open: 1 });
    expect(await calls()).toBe(1001 + 2);
    await age(clickhouse);
    expect(await pass()).toMatchObject({ built: 1, open: 0 });
    expect(await calls()).toBe(1001 + 2);
  });

  test('of every day of a run are read again when one of its spans arrives', async () => {
    // The second report makes the first one count no more: the same response id from another scope, after midnight.
    await land(clickhouse, [{ run, hour: 23.9, id: 'a', model: 'unpriced' }]);
    await age(clickhouse);
    await pass();
    await land(clickhouse, [{ run, hour: 24.1, id: 'a', scope: 'other' }]);
    expect(await combined(clickhouse)).toEqual(await fromRows(clickhouse));
    expect(await combined(clickhouse)).toMatchObject([{ day: DAYS[1], calls: '1', unpriced: '0' }]);
  });

  test('do not change when a span is sent again', async () => {
    await land(clickhouse, [{ run, hour: 1, id: 'a' }]);
    await age(clickhouse);
    await pass();
    const before = await combined(clickhouse);
    for (let time = 0; time < 3; time += 1) await land(clickhouse, [{ run, hour: 1, id: 'a' }]);
    expect(await combined(clickhouse)).toEqual(before);
    await pass();
    await age(clickhouse);
    await pass();
    expect(await combined(clickhouse)).toEqual(before);
  });

  test('heal when a price becomes known', async () => {
    await land(clickhouse, [{ run, hour: 1, id: 'a', model: 'unpriced' }]);
    await age(clickhouse);
    await pass();
    expect(await combined(clickhouse)).toMatchObject([{ unpriced: '1', unpriced_reason: 'no_price' }]);
    await reprice(clickhouse, '0.5', 'test/2');
    expect(await combined(clickhouse)).toMatchObject([{ unpriced: '0', cost: '0.5' }]);
    await pass();
    await age(clickhouse);
    expect(await pass()).toMatchObject({ built: 1 });
    expect(await combined(clickhouse)).toMatchObject([{ unpriced: '0', cost: '0.5' }]);
  });

  test('stand when rows are gone by retention, whatever arrives about so old a day', async () => {
    await land(clickhouse, [
      { run, hour: 1, id: 'a' },
      { run, hour: 2, id: 'b' },
    ]);
    await age(clickhouse);
    await pass();
    await pass({ keptFrom: DAYS[1] });
    await clickhouse.clients.owner.command({ query: 'TRUNCATE TABLE model_calls' });
    await land(clickhouse, [{ run, hour: 3, id: 'c' }]);
    expect(await calls()).toBe(2);
    expect(await pass({ keptFrom: DAYS[1], full: true })).toMatchObject({ opened: 0, built: 0 });
    expect(await calls()).toBe(2);
  });

  test('of a day that is older than what is kept, and of which nothing was known, are there as often as something arrives', async () => {
    for (const [hour, id] of [
      [1, 'a'],
      [2, 'b'],
    ] as const) {
      await land(clickhouse, [{ run: randomUUID(), hour, id }]);
      for (let time = 0; time < 3; time += 1) {
        await pass({ keptFrom: DAYS[1], full: time === 2 });
        await age(clickhouse);
        expect(await calls()).toBe(hour);
      }
    }
    expect(await combined(clickhouse)).toEqual(await fromRows(clickhouse));
  });

  test('of a day that was open when its rows began to expire are rolled up all the same', async () => {
    await land(clickhouse, [{ run, hour: 1, id: 'a' }]);
    await pass();
    await age(clickhouse);
    expect(await pass({ keptFrom: DAYS[1] })).toMatchObject({ built: 1, open: 0 });
  });

  test('of today are there also where evidence is kept for a day', async () => {
    const now = BigInt(Date.now()) * 1_000_000n;
    const hour = Number(now / 3_600_000_000_000n) - Date.parse(DAYS[0]) / 3_600_000;
    await land(clickhouse, [{ run, hour, id: 'today' }]);
    await age(clickhouse, 300);
    const settings = { ...DEFAULT_SETTINGS, evidence_days: 1 };
    await pass({ keptFrom: keptFrom({ settings }, now) });
    expect(await calls({ from: DAYS[0], to: '2100-01-01' })).toBe(1);
  });

  test('are built again once what might still have been on its way has had its time', async () => {
    await land(clickhouse, [{ run, hour: 1, id: 'a' }]);
    await age(clickhouse, 300);
    expect(await pass()).toMatchObject({ built: 1 });
    expect(await pass()).toMatchObject({ built: 0 });
    // A row that took ten minutes from its time of receipt until it was visible: no reading looks back that far.
    await land(clickhouse, [{ run: other, hour: 2, id: 'slow' }]);
    await delay(clickhouse, 300);
    expect(await calls()).toBe(1);
    await age(clickhouse, 700);
    expect(await pass()).toMatchObject({ built: 1 });
    expect(await calls()).toBe(2);
    expect(await pass()).toMatchObject({ built: 0 });
  });

  test('are the same to two passes at once', async () => {
    await land(clickhouse, [
      { run, hour: 1, id: 'a' },
      { run: other, hour: 30, id: 'b' },
    ]);
    await age(clickhouse);
    await Promise.all([pass(), pass({ full: true }), pass()]);
    expect(await combined(clickhouse)).toEqual(await fromRows(clickhouse));
    const days = await rowsOf(clickhouse, 'SELECT uniqExact(day) AS days FROM cost_days WHERE NOT open');
    expect(days).toEqual([{ days: '2' }]);
  });
});

test('a scalar subquery is evaluated once a query, on which every reading of both rollups and rows rests', async () => {
  await clickhouse.clients.owner.command({
    query: `CREATE OR REPLACE VIEW once_a_query AS WITH (SELECT max(generateUUIDv4(number)) FROM numbers(3)) AS once
            SELECT once FROM numbers(2) UNION ALL SELECT once FROM numbers(2) WHERE number IN (SELECT number FROM numbers(2) WHERE toString(once) != '')`,
  });
  const rows = await rowsOf(clickhouse, 'SELECT once FROM once_a_query');
  expect(rows).toHaveLength(4);
  expect(new Set(rows.map((row) => row['once'])).size).toBe(1);
  await clickhouse.clients.owner.command({ query: 'DROP VIEW once_a_query' });
});
