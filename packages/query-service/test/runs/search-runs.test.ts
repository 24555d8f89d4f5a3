import { randomUUID } from 'node:crypto';
import { type ClickHouse, DATABASE } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { land, type Row, row, START } from '../../../clickhouse/test/support/landing.ts';
import { type RunSearch, type SoughtRun, searchRuns } from '../../src/runs/search-runs.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store.close());

interface Planned {
  readonly run_id: string;
  /** Hours after the first of all, of its first span. */
  readonly hour: number;
  /** Until it was sealed; longer than some slices. */
  readonly hours: number;
  readonly team: string;
  readonly status: string | undefined;
  readonly tool: string;
}

const HOUR = 3_600_000_000_000n;
const at = (hour: number) => START + BigInt(Math.round(hour * 3600)) * 1_000_000_000n;

const plan = fc.record({
  run_id: fc.uuid({ version: [4, 7] }),
  // Many at the same time, and gaps of weeks.
  hour: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 24 * 80 })),
  hours: fc.constantFrom(0, 1, 24 * 40),
  team: fc.constantFrom('ops', 'ops', 'ops', 'legal'),
  status: fc.constantFrom('completed', 'completed', 'failed', undefined),
  tool: fc.constantFrom(...Array.from({ length: 15 }, () => 'search'), 'drop_table'),
});

function rowsOf({ run_id, hour, hours, team, status, tool }: Planned): Row[] {
  const of = (time: number, attributes: Record<string, string>) =>
    row({
      Timestamp: String(at(time)),
      SpanAttributes: { 'tollgate.run.id': run_id, 'tollgate.team': team, ...attributes },
    });
  const record = JSON.stringify({ kind: 'gate_decided', tool, action_class: 1 });
  return [
    of(hour, {}),
    of(hour, { 'tollgate.record': record }),
    of(hour + hours, status === undefined ? {} : { 'tollgate.final_status': status }),
  ];
}

async function pagesOf(search: Omit<RunSearch, 'teams' | 'after'>, limit: number): Promise<SoughtRun[]> {
  const deps = { store: { reader: store.clients.reader, service: store.clients.service } };
  const all: SoughtRun[] = [];
  for (let after: RunSearch['after']; ; ) {
    const page = await searchRuns(deps, { ...search, teams: undefined, after }, limit);
    all.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return all;
    after = [String(last.started), last.run_id];
  }
}

test('pages of any search hold each run that it asks for once, the newest first, however far apart they are', {
  timeout: 120_000,
}, async () => {
  const planned: readonly Planned[] = fc.sample(plan, { numRuns: 400, seed: 11 });
  // A run's spans come in different batches, the later ones of some before the earlier ones.
  const rows = planned.flatMap(rowsOf).map((each, index) => ({ each, batch: (index * 7) % 5 }));
  for (let batch = 0; batch < 5; batch += 1)
    await land(
      store,
      rows.filter((one) => one.batch === batch).map(({ each }) => each),
    );
  const order = (
    await store.clients.reader.query({
      query: `SELECT toString(r.run_id) AS run_id FROM ${DATABASE}.runs AS r ORDER BY r.started_at DESC, r.run_id DESC`,
      format: 'JSONEachRow',
    })
  ).json<{ run_id: string }>();
  const byId = new Map(planned.map((each) => [each.run_id, each]));
  const sorted = (await order).flatMap(({ run_id }) => byId.get(run_id) ?? []);
  expect(sorted).toHaveLength(400);
  expect(sorted.map(({ hour }) => hour)).toEqual(planned.map(({ hour }) => hour).sort((a, b) => b - a));
  const day = (hour: number) => new Date(Number(at(hour) / 1_000_000n)).toISOString();
  const searches: [Omit<RunSearch, 'teams' | 'after'>, (run: Planned) => boolean][] = [
    [{}, () => true],
    [{ status: 'failed' }, ({ status }) => status === 'failed'],
    [{ status: 'unsealed', team: 'legal' }, ({ status, team }) => status === undefined && team === 'legal'],
    [{ tool: 'drop_table' }, ({ tool }) => tool === 'drop_table'],
    [{ from: day(24 * 20), to: day(24 * 60) }, ({ hour }) => hour >= 24 * 20 && hour < 24 * 60],
    [{ team: 'nobody' }, () => false],
  ];
  for (const [search, is] of searches)
    for (const limit of [1 + sorted.length, 7]) {
      const found = await pagesOf(search, limit);
      const wanted = sorted.filter(is);
      expect(found.map(({ run_id }) => run_id)).toEqual(wanted.map(({ run_id }) => run_id));
      expect(found.map(({ started, last }) => last - started)).toEqual(
        wanted.map(({ hours }) => BigInt(hours) * HOUR + 1_000_000n),
      );
    }
});

test('of a store without runs there are none', async () => {
  expect(await pagesOf({ team: randomUUID() }, 3)).toEqual([]);
});
