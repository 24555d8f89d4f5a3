import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { judgeInstallation } from '../../src/flags/judge-installation.ts';
import { checkDays } from '../../src/rollups/check-days.ts';
import { COSTS } from '../../src/rollups/costs.ts';
import { passOver } from '../../src/rollups/pass.ts';
import { pruneVersions } from '../../src/rollups/prune-versions.ts';
import { startService, type TestService } from '../support/service.ts';
import { age, combined, DAYS, deps, fromRows, land, pricedStore, rowsOf } from './store.ts';

let clickhouse: ClickHouse;
let service: TestService;
let auditor: string;
const run = randomUUID();
beforeAll(async () => {
  clickhouse = await pricedStore();
  service = await startService({ ...deps(clickhouse), logger: pino({ level: 'silent' }) });
  auditor = await service.person('ann@example.com', ['auditor'], ['*']);
  await land(clickhouse, [
    { run, hour: 1, id: 'a' },
    { run, hour: 2, id: 'b', model: 'unknown' },
    { run, hour: 30, id: 'c' },
  ]);
  await age(clickhouse);
  await passOver(deps(clickhouse), COSTS);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const check = () => checkDays(deps(clickhouse), COSTS, { sample: 10 });
const mutate = (query: string) =>
  clickhouse.clients.owner.command({ query: `${query} SETTINGS mutations_sync = 2` });
const set = (column: string, value: string, day: string) =>
  mutate(`ALTER TABLE cost_days UPDATE \`groups.${column}\` = ${value} WHERE day = '${day}' AND NOT open`);

test('days that agree with their rows are left alone', async () => {
  const versions = 'SELECT day, version FROM cost_days ORDER BY day, version';
  const before = await rowsOf(clickhouse, versions);
  expect(await check()).toEqual([]);
  expect(await rowsOf(clickhouse, versions)).toEqual(before);
});

test.each([
  ['a cost', 'cost', 'arrayMap(c -> c + toDecimal128(0.01, 15), `groups.cost`)'],
  ['a count', 'calls', 'arrayMap(c -> c + 1, `groups.calls`)'],
  ['a name', 'workflow', "arrayMap(w -> 'somebody-else', `groups.workflow`)"],
  ['a time', 'last_start', 'arrayMap(t -> t + 1, `groups.last_start`)'],
])('%s that was changed by hand is found, said and healed', async (_, column, value) => {
  await set(column, value, DAYS[0]);
  expect(await combined(clickhouse)).not.toEqual(await fromRows(clickhouse));
  expect(await check()).toMatchObject([{ day: DAYS[0], groups_differing: column === 'workflow' ? 4 : 2 }]);
  expect(await combined(clickhouse)).toEqual(await fromRows(clickhouse));
  expect(await check()).toEqual([]);
});

test('a day whose groups were all removed is found', async () => {
  const columns = [...COSTS.keys, ...COSTS.figures];
  await mutate(
    `ALTER TABLE cost_days UPDATE ${columns.map((name) => `\`groups.${name}\` = []`).join(', ')} WHERE day = '${DAYS[1]}' AND NOT open`,
  );
  expect(await check()).toMatchObject([{ day: DAYS[1], rolled: { calls: '0' }, from_rows: { calls: '1' } }]);
  expect(await combined(clickhouse)).toEqual(await fromRows(clickhouse));
});

test('rows that were removed behind a rollup are found as well', async () => {
  await mutate(`ALTER TABLE model_calls DELETE WHERE toDate(start) = '${DAYS[1]}'`);
  expect(await check()).toMatchObject([{ day: DAYS[1], rolled: { calls: '1' }, from_rows: { calls: '0' } }]);
  expect(await combined(clickhouse)).toEqual(await fromRows(clickhouse));
});

const flagged = async () => {
  const { body } = await service.call(auditor, 'GET', '/v1/flags?state=open&control=rollups_agree');
  return body['items'];
};

test('a difference that its process found and did not come to flag is flagged by the next evaluation', async () => {
  expect(await flagged()).toEqual([]);
  await evaluateControls(service.service.deps);
  expect(await flagged()).toHaveLength(6);
});

test('each difference is a flag that stands until a person has resolved it, and the metrics count it', async () => {
  await judgeInstallation(service.service.deps);
  await judgeInstallation(service.service.deps);
  const flags = await flagged();
  expect(flags).toHaveLength(6);
  expect(flags).toContainEqual(
    expect.objectContaining({ control: 'rollups_agree', severity: 'critical', run_id: null }),
  );
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  expect(metrics).toMatch(/^tollgate_rollup_drifts 6$/m);
  expect(metrics).toMatch(/^tollgate_rollup_open_days 0$/m);
});

test('what arrived after a day was rolled up is no difference', async () => {
  await land(clickhouse, [{ run, hour: 3, id: 'late' }]);
  expect(await check()).toEqual([]);
});

test('versions that newer ones replaced are deleted, and no answer changes', async () => {
  const before = await combined(clickhouse);
  await pruneVersions(deps(clickhouse), COSTS, BigInt(Date.now()) * 1_000_000n);
  expect(
    await rowsOf(clickhouse, 'SELECT max(n) AS n FROM (SELECT count() AS n FROM cost_days GROUP BY day)'),
  ).toEqual([{ n: '1' }]);
  expect(await combined(clickhouse)).toEqual(before);
});
