import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { type RunFilter, runConditions } from './filters.ts';
import { select } from './select.ts';
import { MAY_HAVE_STARTED, type Slice, sliceParams, slicesOf } from './slices.ts';
import { startedRange } from './started-range.ts';
import { rangeOf } from './time-range.ts';

/** What is asked of runs. */
export interface RunSearch extends RunFilter {
  /** A final status, or `unsealed`. */
  readonly status?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Those that the asker sees; all where it is not given. */
  readonly teams: readonly string[] | undefined;
  /** When (ns) the last run of the page before started, and its id. */
  readonly after: readonly [string, string] | undefined;
}

const row = z.object({ run_id: z.string(), started: z.coerce.bigint(), last: z.coerce.bigint() });
/** A run that was found: when it started, and when the last that is known of it ended (ns). */
export type SoughtRun = z.output<typeof row>;

/** Of so many times as many runs as are wanted, the first slice; a filter usually lets one in some twenty through. */
const UNFILTERED = 2;
const FILTERED = 20;

/**
 * The newest runs that a search asks for, at most so many. Only as much is read of each run as the search asks about, and history
 * only as far back as there are too few.
 */
export async function searchRuns(
  deps: Pick<Deps, 'store'>,
  { status, from, to, teams, after, ...filter }: RunSearch,
  wanted: number,
): Promise<readonly SoughtRun[]> {
  const asked = [
    ...(status === undefined ? [] : ['r.final_status = {status:String}']),
    ...runConditions(filter),
    ...(teams === undefined ? [] : ['r.team IN {teams:Array(String)}']),
  ];
  const conditions = [
    `r.started_at >= {slice_from:DateTime64(9, 'UTC')} AND r.started_at < {slice_to:DateTime64(9, 'UTC')}`,
    ...asked,
    ...(after === undefined ? [] : [`(r.started_at, r.run_id) < ({at:DateTime64(9, 'UTC')}, {id:UUID})`]),
  ];
  const params = {
    ...{ ...filter, status, teams: teams ?? [] },
    ...(after === undefined ? {} : { at: storeTime(after[0]), id: after[1] }),
  };
  const { range, ofRuns } = await startedRange(deps, rangeOf({ from, to }), after?.[0]);
  const first = ofRuns(wanted * (asked.length === 0 ? UNFILTERED : FILTERED));
  const found: SoughtRun[] = [];
  for (const slice of slicesOf(range, first, () => ({ found: found.length, wanted }))) {
    const query = searchSql(isShort(slice, range) ? [MAY_HAVE_STARTED, ...conditions] : conditions);
    found.push(
      ...(await select(deps, row, query, {
        ...{ ...params, ...sliceParams(slice) },
        limit: wanted - found.length,
      })),
    );
    if (found.length >= wanted) break;
  }
  return found;
}

/** To look for the runs of a slice first is more work than to go through all, where they are most. */
const isShort = (slice: Slice, range: Slice) => 2n * (slice.to - slice.from) < range.to - range.from;

const searchSql = (conditions: readonly string[]) => `
  SELECT toString(r.run_id) AS run_id, toString(toUnixTimestamp64Nano(r.started_at)) AS started,
    toString(toUnixTimestamp64Nano(r.last_at)) AS last
  FROM runs AS r WHERE ${conditions.join(' AND ')}
  ORDER BY r.started_at DESC, r.run_id DESC LIMIT {limit:UInt32}`;
