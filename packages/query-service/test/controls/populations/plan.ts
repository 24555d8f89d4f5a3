import fc from 'fast-check';
import { CONTROLS } from '../../../src/controls/catalogue.ts';
import { seconds } from '../../../src/state/time.ts';

/** The workflows that the service knows, each of a team of its own. */
export const WORKFLOWS = { 'ops-deploy': 'ops', 'legal-hold': 'legal' } as const;
type Workflow = keyof typeof WORKFLOWS;
/** What those two list; `fax` is listed by none. */
export const LISTED: Readonly<Record<string, 1 | 2 | 3>> = { search_repo: 1, set_status: 2, deploy: 3 };

/** Where periods begin and end, the second one with a month. Not rounded, so that nothing is at an edge by chance. */
export const EDGES = ['2026-01-20T06:07:08.009Z', '2026-02-01T00:00:00.000Z', '2026-03-05T12:00:00.500Z'];
export const nanos = (iso: string): bigint => BigInt(Date.parse(iso)) * 1_000_000n;
const HOUR = seconds(3600);
export const DAY = 24n * HOUR;
/** How long samples and incidents have. */
export const DUE = { sample: DAY, incident: HOUR } as const;
export const BATCHES = 4;

const near = (edges: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...edges.map(nanos)),
      fc.constantFrom(-1n, 0n, 1n, -HOUR, HOUR, -10n * DAY, 3n * DAY),
    )
    .map(([edge, offset]) => edge + offset);
const moment = near(EDGES);

/** What a span or a record says of its run. */
const claims = fc.record({
  workflow: fc.constantFrom<string>('ops-deploy', 'ops-deploy', 'legal-hold', 'nobodys', ''),
  team: fc.constantFrom('ops', 'legal', 'sales', ''),
  version: fc.constantFrom('registered', 'registered', 'made-up', ''),
});
export type Claims = typeof claims extends fc.Arbitrary<infer T> ? T : never;

const batch = fc.nat({ max: BATCHES - 1 });
/** Landed once, or a second time in any batch. */
const landed = fc.record({ batch, again: fc.option(batch, { freq: 3 }) });

const report = fc.record({
  at: moment,
  said: fc.option(claims, { freq: 2 }),
  tool: fc.constantFrom('search_repo', 'set_status', 'deploy', 'deploy', 'fax'),
  action_class: fc.constantFrom(null, 1 as const, 1 as const, 2 as const, 3 as const),
  enforcement: fc.constantFrom('executed', 'executed', 'executed', 'refused', 'blocked', 'waiting', ''),
  outcome: fc.constantFrom('', '', '', 'succeeded', 'failed', 'unknown'),
  landed,
});
type Report = typeof report extends fc.Arbitrary<infer T> ? T : never;

/** A second report: of another moment and outcome, and often of the same tool. */
const reports = fc
  .tuple(report, fc.array(fc.tuple(report, fc.boolean()), { maxLength: 2 }))
  .map(([first, more]): Report[] => [
    first,
    ...more.map(([one, same]) => (same ? { ...one, tool: first.tool, said: first.said } : one)),
  ]);

/** Few ids, so that runs share them, and ones that no quoting may change. */
const call = fc.record({ call_id: fc.constantFrom('c1', 'c2', `"c'\\`, 'ü→', ''), reports });

const HISTORIES = [
  ['open'],
  ['open', 'open'],
  ['open', 'acknowledged'],
  ['open', 'acknowledged', 'resolved'],
  ['open', 'cleared'],
  ['open', 'acknowledged', 'cleared'],
  ['open', 'cleared', 'open'],
  ['open', 'cleared', 'open', 'cleared'],
] as const;

/** One flag. Its newest row may be on its way to the store; then it is only where the test puts it there. */
const history = fc.record({
  flag_id: fc.uuid(),
  states: fc.constantFrom(...HISTORIES),
  /** After its unit began. An agent's clock may be a day ahead of the service's, and no more. */
  raised: fc.constantFrom(-23n * HOUR, -1n, seconds(1), HOUR, 40n * DAY),
  workflow: fc.constantFrom<string>('ops-deploy', 'legal-hold'),
  /** Of each row: an update may change it. */
  teams: fc.constantFrom(['ops'], ['legal'], ['legal', 'ops'], ['ops', 'sales']),
  pending: fc.constantFrom(false, false, false, true),
});
export type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

const flag = fc.record({
  control: fc.constantFrom(...CONTROLS.map(({ control }) => control)),
  /** Which of the run's calls it names. */
  of: fc.nat({ max: 2 }),
  runless: fc.constantFrom(false, false, false, false, true),
  histories: fc.array(history, { minLength: 1, maxLength: 2 }),
});

const run = fc
  .record({
    run_id: fc.uuid({ version: [4, 7] }),
    registered: fc.option(
      fc.record({ at: moment, workflow: fc.constantFrom<Workflow>('ops-deploy', 'legal-hold') }),
      { freq: 2 },
    ),
    said: claims,
    spans: fc.array(fc.record({ at: moment, said: fc.option(claims, { freq: 2 }), landed }), {
      maxLength: 2,
    }),
    /** Whether its spans name it; else it is a trace. */
    governed: fc.constantFrom(true, true, true, true, false),
    calls: fc.uniqueArray(call, { maxLength: 3, selector: ({ call_id }) => call_id }),
    flags: fc.array(flag, { maxLength: 6 }),
  })
  .filter(({ registered, spans, calls }) => registered !== null || spans.length + calls.length > 0);
export type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;

const ofTeam = fc.constantFrom<Workflow>('ops-deploy', 'legal-hold');
const sample = fc.record({
  sample_id: fc.uuid(),
  run_id: fc.uuid(),
  workflow: ofTeam,
  at: moment,
  /** After it was due. */
  reviews: fc.array(fc.constantFrom(-HOUR, 0n, 1n, 5n * DAY), { maxLength: 2 }),
});
export type Sample = typeof sample extends fc.Arbitrary<infer T> ? T : never;

const incident = fc.record({
  notification_id: fc.uuid(),
  run_id: fc.uuid({ version: 7 }),
  workflow: ofTeam,
  at: moment,
  flag: fc.option(fc.record({ runless: fc.boolean(), history }), { freq: 2 }),
});
export type Incident = typeof incident extends fc.Arbitrary<infer T> ? T : never;

export interface Plan {
  readonly runs: readonly Run[];
  readonly samples: readonly Sample[];
  readonly incidents: readonly Incident[];
}

export const planOf = (seed: number): Plan => ({
  runs: fc.sample(run, { numRuns: 180, seed }),
  samples: fc.sample(sample, { numRuns: 60, seed }),
  incidents: fc.sample(incident, { numRuns: 40, seed }),
});
