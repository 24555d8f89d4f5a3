import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CostGroup } from '../../src/costs/groups.ts';
import { costSource, MOST_NAMED } from '../../src/costs/sources.ts';
import { deps, land, pricedStore, RANGE, rowsOf } from '../rollups/store.ts';

let clickhouse: ClickHouse;
beforeAll(async () => {
  clickhouse = await pricedStore();
  const runs = Array.from({ length: 6 }, () => randomUUID());
  // Of every second run two libraries report the same calls.
  await land(
    clickhouse,
    runs.flatMap((run, index) =>
      (index % 2 === 0 ? ['sdk'] : ['sdk', 'lib']).map((scope) => ({
        run,
        hour: 12 + index,
        id: 'a',
        scope,
      })),
    ),
  );
});
const nanos = (time: string) => BigInt(Date.parse(`${time.replace(' ', 'T')}Z`)) * 1_000_000n;
const range = { from: nanos(RANGE.from), to: nanos(RANGE.to) };

afterAll(() => clickhouse?.close());

test.each<CostGroup[]>([['workflow', 'day'], ['run'], ['initiator']])(
  'more runs than can be named in a question are left to the views, and the answer is the same: %s',
  async (...groups) => {
    const { sql, params } = await costSource(deps(clickhouse), groups, range);
    const views = await costSource(deps(clickhouse), groups, range, 2);
    expect(params['named']).toHaveLength(3);
    expect(views.sql).not.toContain('{named');
    const sum = (source: string) =>
      rowsOf(clickhouse, `SELECT sum(c.calls) AS calls, sum(c.cost) AS cost FROM ${source} AS c`, {
        ...Object(params),
      });
    expect(await sum(sql)).toMatchObject([{ calls: '6' }]);
    expect(await sum(views.sql)).toEqual(await sum(sql));
  },
);

test('as many runs and days as are named fit into a question', async () => {
  const answer = await clickhouse.clients.reader.query({
    query: 'SELECT length({named:Array(UUID)}) AS runs, length({versions:Array(String)}) AS days',
    query_params: {
      named: Array.from({ length: MOST_NAMED }, () => randomUUID()),
      versions: Array.from(
        { length: MOST_NAMED },
        (_, day) => `2026-01-01 ${1_790_000_000_000_000_000n + BigInt(day)}`,
      ),
    },
    format: 'JSONEachRow',
  });
  expect(await answer.json()).toEqual([{ runs: String(MOST_NAMED), days: String(MOST_NAMED) }]);
});
