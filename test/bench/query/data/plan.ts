/** The runs of one stage: numbered on from `from`, begun one after another at equal distances. Times in ns since 1970. */
export interface Stage {
  readonly from: number;
  readonly runs: number;
  readonly first: bigint;
  readonly step: bigint;
}

export const DAYS = 90;
const DAY_NS = 86_400n * 1_000_000_000n;
/** Nothing is under way when the reading begins. */
const OVER_FOR_NS = 600n * 1_000_000_000n;

/** Each run of thirteen in a row has another number of calls, from 3 to 15; a call is four spans, and start and end are two. */
const CALLS = 13;
export const SPANS_PER_RUN = 38;

/** How many calls the run with this number makes; `callsOf` in SQL. */
const callsOf = (run: number): number => 3 + ((run * 5) % CALLS);
export const CALLS_OF_RUN = `(3 + (r * 5) % ${CALLS})`;
export const SPANS_OF_RUN = '(4 * calls + 2)';

/** So many runs that they have about so many spans. */
export const runsFor = (spans: number): number => Math.max(1, Math.round(spans / SPANS_PER_RUN));

export interface Planned {
  readonly runs: number;
  readonly spans: number;
  readonly modelCalls: number;
}

/** What the runs up to this number are made of, counted without the database. */
export function plannedOf(runs: number): Planned {
  let calls = 0;
  for (let run = 0; run < runs; run += 1) calls += callsOf(run);
  return { runs, spans: 4 * calls + 2 * runs, modelCalls: calls };
}

/** The runs from one number to before another, spread over the ninety days before `now`, the youngest over for ten minutes. */
export function stageOf(from: number, to: number, now: bigint): Stage {
  const runs = to - from;
  const last = now - OVER_FOR_NS;
  // The first whole day after the same moment ninety days before.
  const first = ((now - BigInt(DAYS) * DAY_NS) / DAY_NS + 1n) * DAY_NS;
  return { from, runs, first, step: (last - first) / BigInt(Math.max(1, runs)) };
}
