import { randomUUID } from 'node:crypto';
import { type ClickHouse, migrationFiles, renderMigration } from '@tollgate/clickhouse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkDays } from '../../src/rollups/check-days.ts';
import { COSTS } from '../../src/rollups/costs.ts';
import { passOver } from '../../src/rollups/pass.ts';
import { age, combined, DAYS, deps, fromRows, land, pricedStore, rowsOf } from './store.ts';

let clickhouse: ClickHouse;
beforeAll(async () => {
  clickhouse = await pricedStore();
  const [own, shared] = [randomUUID(), randomUUID()];
  await land(clickhouse, [
    { run: own, hour: 1, id: 'a' },
    { run: own, hour: 30, id: 'b' },
    { run: shared, hour: 2, id: 'c' },
    { run: shared, hour: 2, id: 'c', scope: 'lib', principal: 'stranger' },
  ]);
  await age(clickhouse);
  await passOver(deps(clickhouse), COSTS);
  await age(clickhouse);
});
afterAll(() => clickhouse?.close());

const openDays = () =>
  rowsOf(
    clickhouse,
    `SELECT toString(d.day) AS day FROM cost_days AS d WHERE d.day != toDate(0)
     GROUP BY d.day HAVING argMax(d.open, d.version) ORDER BY day`,
  );
const callsBy = async (principal: string) =>
  (await combined(clickhouse)).filter((row) => row['principal'] === principal).map((row) => row['calls']);

test('a call that two principals report is a call of each, in a rolled-up day as in its rows', async () => {
  expect(await openDays()).toEqual([]);
  expect(await callsBy('stranger')).toEqual(['1']);
  expect(await callsBy('ops-agent')).toEqual(['2', '1']);
  expect(await combined(clickhouse)).toEqual(await fromRows(clickhouse));
  expect(await checkDays(deps(clickhouse), COSTS, { sample: 10 })).toEqual([]);
});

test('days that were rolled up when they were one call are read from rows until they are built again', async () => {
  await clickhouse.clients.owner.command({
    query: `ALTER TABLE cost_days UPDATE \`groups.calls\` = arrayMap(c -> c - 1, \`groups.calls\`)
      WHERE day = '${DAYS[0]}' AND NOT open SETTINGS mutations_sync = 2`,
  });
  expect(await combined(clickhouse)).not.toEqual(await fromRows(clickhouse));
  const statements = migrationFiles()
    .filter(({ name }) => name.startsWith('0028_'))
    .flatMap(({ text }) => renderMigration(text, { kind: 'single' }))
    .filter((statement) => statement.startsWith('INSERT INTO tollgate.cost_days'));
  for (const query of [...statements, ...statements]) await clickhouse.clients.owner.command({ query });
  expect(await openDays()).toEqual([{ day: DAYS[0] }]);
  expect(await combined(clickhouse)).toEqual(await fromRows(clickhouse));
  expect(await checkDays(deps(clickhouse), COSTS, { sample: 10 })).toEqual([]);
  await passOver(deps(clickhouse), COSTS);
  expect(await openDays()).toEqual([]);
  expect(await combined(clickhouse)).toEqual(await fromRows(clickhouse));
});
