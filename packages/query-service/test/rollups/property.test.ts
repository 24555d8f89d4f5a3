import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CostGroup } from '../../src/costs/groups.ts';
import { readCosts } from '../../src/costs/read-costs.ts';
import type { PersonIdentity } from '../../src/identity/identity.ts';
import { buildDay } from '../../src/rollups/build-day.ts';
import { COSTS } from '../../src/rollups/costs.ts';
import { passOver } from '../../src/rollups/pass.ts';
import {
  age,
  type Call,
  combined,
  DAYS,
  deps,
  fromRows,
  land,
  pricedStore,
  RANGE,
  type Range,
  reprice,
} from './store.ts';

let clickhouse: ClickHouse;
beforeAll(async () => {
  clickhouse = await pricedStore();
});
afterAll(() => clickhouse?.close());
beforeEach(async () => {
  for (const table of ['model_calls', 'model_call_repricings', 'cost_days'])
    await clickhouse.clients.owner.command({ query: `TRUNCATE TABLE ${table}` });
});

const RANGES: readonly Range[] = [
  RANGE,
  { from: '1970-01-01 00:00:00', to: '2262-01-01 00:00:00' },
  { from: '2026-01-14 13:00:00', to: '2026-01-16 01:30:00' },
  { from: '2026-01-15 00:00:00', to: '2026-01-16 00:00:00' },
];

/** Around both midnights, so that runs span them; few ids and scopes, so that reports of one call meet and spans come again. */
const call: fc.Arbitrary<Omit<Call, 'run'> & { run: number }> = fc.record({
  run: fc.nat({ max: 2 }),
  hour: fc.constantFrom(3, 23.5, 23.99, 24, 24.01, 30, 47.9, 48.1, 60),
  id: fc.constantFrom('a', 'b', 'c'),
  scope: fc.constantFrom('sdk', 'lib'),
  model: fc.constantFrom('large', 'unknown', 'also-unknown'),
  workflow: fc.constantFrom('triage', 'release'),
  output: fc.constantFrom(50, 51),
  principal: fc.constantFrom('ops-agent', 'stranger'),
});

type Step =
  | { readonly kind: 'land'; readonly calls: readonly (Omit<Call, 'run'> & { run: number })[] }
  | { readonly kind: 'again' | 'reprice' | 'time' | 'pass' | 'settle' | 'full' | 'died-after-opening' }
  | { readonly kind: 'died-in-build'; readonly day: string; readonly after: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('land' as const),
      calls: fc.array(call, { minLength: 1, maxLength: 6 }),
    }),
  },
  // Time and a pass: what landed before is rolled up, and what comes then is late.
  { weight: 5, arbitrary: fc.constant({ kind: 'settle' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('time' as const, 'pass' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'again' as const,
        'reprice' as const,
        'full' as const,
        'died-after-opening' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('died-in-build' as const),
      day: fc.constantFrom(...DAYS),
      after: fc.nat({ max: 40 }),
    }),
  },
);

/** The first pass found nothing; what lands then has no version that it could spoil, and has to be found all the same. */
const AFTER_AN_EMPTY_STORE: Step[] = [
  { kind: 'settle' },
  {
    kind: 'land',
    calls: [{ run: 0, hour: 3, id: 'a', scope: 'sdk', model: 'large', workflow: 'triage', output: 50 }],
  },
  { kind: 'time' },
  { kind: 'settle' },
];

/** One history: what landed so far, and its repricings. */
class History {
  readonly runs = [randomUUID(), randomUUID(), randomUUID()];
  readonly landed: Call[] = [];
  repricings = 0;

  async play(each: Step): Promise<void> {
    if (each.kind === 'land') {
      const calls = each.calls.map((said) => ({ ...said, run: this.runs[said.run] ?? '' }));
      this.landed.push(...calls);
      return land(clickhouse, calls);
    }
    if (each.kind === 'again')
      return this.landed.length === 0 ? undefined : land(clickhouse, [...this.landed].reverse());
    if (each.kind === 'reprice')
      return reprice(clickhouse, `0.${++this.repricings}`, `test/${this.repricings}`);
    if (each.kind === 'time' || each.kind === 'settle') await age(clickhouse);
    if (each.kind === 'time') return;
    if (each.kind === 'died-in-build') return this.#dieInBuild(each.day, each.after);
    const options = {
      full: each.kind === 'full',
      ...(each.kind === 'died-after-opening' ? { atMost: 0 } : {}),
    };
    await passOver(deps(clickhouse), COSTS, options);
  }

  /** The connection of the statement that builds a day is cut; the engine may finish it or not. */
  async #dieInBuild(day: string, after: number): Promise<void> {
    const { reader, service } = clickhouse.clients;
    const cut = AbortSignal.timeout(after + 1);
    const command: typeof service.command = (params) => service.command({ ...params, abort_signal: cut });
    const dying = Object.assign(Object.create(service), { command });
    const version = BigInt(Date.now()) * 1_000_000n;
    await buildDay({ store: { reader, service: dying } }, COSTS, day, version).catch(() => undefined);
  }
}

const AUDITOR: PersonIdentity = {
  ...{ kind: 'person', person_id: 'p', name: 'auditor@example.com', display_name: 'Auditor' },
  ...{ roles: ['auditor'], teams: ['*'], groups: [], reads_content: false, session_id: undefined },
};

/** What the API answers: by groups that rollups know, and by ones that they do not. */
async function answered({ from, to }: Range): Promise<readonly string[]> {
  const iso = (time: string) => `${time.replace(' ', 'T')}Z`;
  const ask = async (...group_by: CostGroup[]) =>
    (await readCosts(deps(clickhouse), AUDITOR, { group_by, from: iso(from), to: iso(to) })).items;
  const lines = [
    ...(await ask('workflow', 'model', 'day')).map(({ workflow, model, day, ...sum }) =>
      line(`${day} ${workflow} ${model}`, sum.calls, sum.unpriced_calls, sum.cost_usd),
    ),
    ...(await ask('hour', 'initiator', 'run')).map(({ hour, initiator, ...sum }) =>
      line(`${hour?.slice(0, 10)}${initiator}`, sum.calls, sum.unpriced_calls, sum.cost_usd),
    ),
  ];
  return summed(lines);
}

/** The same from rows. */
const sums = (rows: readonly Record<string, unknown>[]): readonly string[] =>
  summed(
    rows.flatMap(({ day, workflow, model, calls, unpriced, cost }) => [
      line(`${day} ${workflow} ${model}`, calls, unpriced, cost),
      line(String(day), calls, unpriced, cost),
    ]),
  );

type Line = readonly [key: string, ...numbers: number[]];
const line = (key: string, ...numbers: unknown[]): Line => [key, ...numbers.map(Number)];

function summed(lines: readonly Line[]): readonly string[] {
  const sum = ([, ...numbers]: Line, at: number) => numbers[at] ?? 0;
  return [...Map.groupBy(lines, ([key]) => key)]
    .map(([key, those]) =>
      [key, ...[0, 1, 2].map((at) => those.reduce((all, each) => all + sum(each, at), 0).toFixed(9))].join(
        ' ',
      ),
    )
    .sort();
}

test('rollups and rows together are what rows alone give, after every step of any history', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 12 }), async (steps) => {
      for (const table of ['model_calls', 'model_call_repricings', 'cost_days'])
        await clickhouse.clients.owner.command({ query: `TRUNCATE TABLE ${table}` });
      const history = new History();
      for (const [index, each] of steps.entries()) {
        await history.play(each);
        const part = RANGES[1 + (index % (RANGES.length - 1))] ?? RANGE;
        for (const range of [RANGE, part]) {
          const rows = await fromRows(clickhouse, range);
          expect(await combined(clickhouse, range)).toEqual(rows);
          expect(await answered(range)).toEqual(sums(rows));
        }
      }
    }),
    { numRuns: 4, endOnFailure: true, examples: [[AFTER_AN_EMPTY_STORE]] },
  );
}, 240_000);
