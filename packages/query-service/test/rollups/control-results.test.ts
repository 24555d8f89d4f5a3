import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkDays } from '../../src/rollups/check-days.ts';
import { CONTROL_RESULTS } from '../../src/rollups/control-results.ts';
import { passOver } from '../../src/rollups/pass.ts';
import { startService, type TestService } from '../support/service.ts';
import { age, deps, rowsOf } from './store.ts';

let clickhouse: ClickHouse;
let service: TestService;
let auditor: string;
let outsider: string;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  service = await startService(deps(clickhouse));
  auditor = await service.person('ann@example.com', ['auditor'], ['*']);
  outsider = await service.person('otto@example.com', ['owner'], ['sales']);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const TABLES = { flags: ['received_at'], control_days: ['version', 'last_received'] };

/** One change of a flag, as the service ships it. */
const change = (flag_id: string, state: string, at: string, raised = '2026-01-14 10:00:00') =>
  clickhouse.clients.service.insert({
    table: 'flags',
    values: [
      {
        ...{
          flag_id,
          control: 'scope_held',
          severity: 'warning',
          workflow: 'triage',
          owner: 'o',
          team: 'ops',
        },
        ...{ state, at, raised_at: raised, record_hash: randomUUID() },
      },
    ],
    format: 'JSONEachRow',
  });
const results = async (token: string, query = '') => {
  const { body } = await service.call(token, 'GET', `/v1/controls/results${query}`);
  return body['items'];
};
const expected = (day: string, figures: object) => ({
  ...{
    day,
    control: 'scope_held',
    workflow: 'triage',
    flags: 0,
    open: 0,
    acknowledged: 0,
    resolved: 0,
    cleared: 0,
  },
  ...figures,
});

test('what controls found is the same from rows, rolled up, and after a flag changed weeks later', async () => {
  await change('a', 'open', '2026-01-14 10:00:00');
  await change('b', 'open', '2026-01-14 11:00:00');
  await change('b', 'cleared', '2026-01-14 12:00:00');
  await change('c', 'open', '2026-01-15 09:00:00', '2026-01-15 09:00:00');
  const before = [
    expected('2026-01-15', { flags: 1, open: 1 }),
    expected('2026-01-14', { flags: 2, open: 1, cleared: 1 }),
  ];
  expect(await results(auditor)).toEqual(before);
  await age(clickhouse, 7200, TABLES);
  expect(await passOver(deps(clickhouse), CONTROL_RESULTS)).toMatchObject({ opened: 2, built: 2, open: 0 });
  expect(await results(auditor)).toEqual(before);
  expect(await checkDays(deps(clickhouse), CONTROL_RESULTS, { sample: 9 })).toEqual([]);

  await change('a', 'resolved', '2026-02-20 10:00:00');
  const after = [before[0], expected('2026-01-14', { flags: 2, resolved: 1, cleared: 1 })];
  expect(await results(auditor)).toEqual(after);
  expect(await passOver(deps(clickhouse), CONTROL_RESULTS)).toMatchObject({ opened: 1, built: 0 });
  await age(clickhouse, 7200, TABLES);
  expect(await passOver(deps(clickhouse), CONTROL_RESULTS)).toMatchObject({ built: 1 });
  expect(await results(auditor)).toEqual(after);
  expect(await results(auditor, '?from=2026-01-15')).toEqual([before[0]]);
  expect(await results(auditor, '?workflow=another')).toEqual([]);
  expect(await results(outsider)).toEqual([]);
});

test('a day that was tampered with is found', async () => {
  await clickhouse.clients.owner.command({
    query: `ALTER TABLE control_days UPDATE \`groups.open_flags\` = arrayMap(n -> 0, \`groups.open_flags\`) WHERE day = '2026-01-15' AND NOT open SETTINGS mutations_sync = 2`,
  });
  expect(await checkDays(deps(clickhouse), CONTROL_RESULTS, { sample: 9 })).toMatchObject([
    { day: '2026-01-15', groups_differing: 1 },
  ]);
  expect(await rowsOf(clickhouse, 'SELECT rollup FROM rollup_drifts')).toEqual([{ rollup: 'controls' }]);
});
