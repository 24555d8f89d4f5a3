import { randomUUID } from 'node:crypto';
import { type ClickHouse, DATABASE } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { land, type Row, row, START } from '../../../clickhouse/test/support/landing.ts';
import { COST, report, seedPrices } from '../../../clickhouse/test/support/model-call.ts';
import { type RunSearch, type SoughtRun, searchRuns } from '../../src/runs/search-runs.ts';
import { EVERY_RUN } from '../../src/runs/sight.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
  await seedPrices(store);
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
  /** Reports of model calls: of one scope each is a call; of two each call is reported twice; `unpriced` names no count. */
  readonly calls: { readonly count: number; readonly by: 'one' | 'two' | 'unpriced' };
  /** Severities that its one flag had, in turn; the last one may be resolved. */
  readonly flag: { readonly severities: readonly string[]; readonly open: boolean };
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
  calls: fc.record({
    count: fc.constantFrom(0, 1, 1, 1, 2, 5),
    by: fc.constantFrom('one' as const, 'one' as const, 'two' as const, 'unpriced' as const),
  }),
  flag: fc.record({
    severities: fc.constantFrom([], [], [], ['warning'], ['warning', 'critical'], ['critical']),
    open: fc.boolean(),
  }),
});

function rowsOf(planned: Planned): Row[] {
  const { run_id, hour, hours, team, status, tool } = planned;
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
    ...callsOf(planned),
  ];
}

function callsOf({ run_id: run, hour, team, calls: { count, by } }: Planned): Row[] {
  return Array.from({ length: count }, (_, number) => number).flatMap((number) => {
    const said = {
      run,
      id: `${run}/${number}`,
      attributes: { 'tollgate.team': team },
      at: hour * 3_600_000,
      until: hour * 3_600_000 + 1,
      process: run,
    };
    if (by === 'unpriced') return [report({ ...said, input: '' })];
    return by === 'one' ? [report(said)] : [report(said), report({ ...said, scope: 'another' })];
  });
}

/** In units of `COST`; undefined where calls were made and none has a price. */
const costOf = ({ calls: { count, by } }: Planned): number | undefined =>
  by === 'unpriced' && count > 0 ? undefined : count;
const usd = (calls: number) => (Number(COST) * calls).toFixed(6);

const flagRows = ({ run_id, flag: { severities, open } }: Planned) =>
  [
    ...severities.map((severity) => ({ severity, state: 'open' })),
    ...(open ? [] : severities.slice(-1).map((severity) => ({ severity, state: 'resolved' }))),
  ].map((change, number) => ({
    ...{
      flag_id: `flag-${run_id}`,
      identity: run_id,
      control: 'owner_named',
      workflow: 'w',
      run_id,
      owner: 'o',
      team: 't',
    },
    ...{
      ...change,
      at: `2026-01-15 12:00:0${number}`,
      raised_at: '2026-01-15 12:00:00',
      due_at: null,
      summary: '',
    },
    ...{ evidence: '{}', actor: '', note: '', cleared_because: '', record_hash: `${number}` },
  }));
const openFlagOf = ({ flag: { severities, open } }: Planned) => (open ? severities.at(-1) : undefined);

async function pagesOf(search: Omit<RunSearch, 'sight' | 'after'>, limit: number): Promise<SoughtRun[]> {
  const deps = { store: { reader: store.clients.reader, service: store.clients.service } };
  const all: SoughtRun[] = [];
  for (let after: RunSearch['after']; ; ) {
    const page = await searchRuns(deps, { ...search, sight: EVERY_RUN, after }, limit);
    all.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return all;
    after = [String(last.started), last.run_id];
  }
}

/** What no run is. */
const NOBODY = [{ min_cost_usd: usd(6) }, { team: 'nobody' }] as const;

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
  await store.clients.service.insert({
    table: 'flags',
    values: planned.flatMap(flagRows),
    format: 'JSONEachRow',
  });
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
  const searches: [Omit<RunSearch, 'sight' | 'after'>, (run: Planned) => boolean][] = [
    [{}, () => true],
    [{ status: 'failed' }, ({ status }) => status === 'failed'],
    [{ status: 'unsealed', team: 'legal' }, ({ status, team }) => status === undefined && team === 'legal'],
    [{ tool: 'drop_table' }, ({ tool }) => tool === 'drop_table'],
    [{ min_cost_usd: usd(2) }, (run) => (costOf(run) ?? 0) >= 2],
    [
      { max_cost_usd: usd(1), tool: 'drop_table' },
      (run) => run.tool === 'drop_table' && (costOf(run) ?? 9) <= 1,
    ],
    [{ min_cost_usd: usd(1), max_cost_usd: usd(1) }, (run) => costOf(run) === 1],
    [NOBODY[0], () => false],
    [{ severity: 'critical' }, (run) => openFlagOf(run) === 'critical'],
    [{ severity: 'warning', team: 'ops' }, (run) => run.team === 'ops' && openFlagOf(run) === 'warning'],
    [{ control: 'owner_named' }, (run) => openFlagOf(run) !== undefined],
    [{ from: day(24 * 20), to: day(24 * 60) }, ({ hour }) => hour >= 24 * 20 && hour < 24 * 60],
    [NOBODY[1], () => false],
  ];
  for (const [search, is] of searches)
    for (const limit of [1 + sorted.length, 7]) {
      const found = await pagesOf(search, limit);
      const wanted = sorted.filter(is);
      expect([search, wanted.length > 0]).toEqual([search, !NOBODY.some((none) => none === search)]);
      expect(found.map(({ run_id }) => run_id)).toEqual(wanted.map(({ run_id }) => run_id));
      expect(found.map(({ started, last }) => last - started)).toEqual(
        wanted.map(({ hours }) => BigInt(hours) * HOUR + 1_000_000n),
      );
    }
});

test('of a store without runs there are none', async () => {
  expect(await pagesOf({ team: randomUUID() }, 3)).toEqual([]);
});
