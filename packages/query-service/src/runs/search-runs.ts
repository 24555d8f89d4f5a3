import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { ofWhatRunsDid, type RunFilter, runConditions } from './filters.ts';
import { select } from './select.ts';
import { inView, type Sight } from './sight.ts';
import { MAY_HAVE_STARTED, type Slice, sliceParams, slicesOf } from './slices.ts';
import { startedRange } from './started-range.ts';
import { rangeOf } from './time-range.ts';

/** What is asked of runs. */
export interface RunSearch extends RunFilter {
  /** A final status, or `unsealed`. */
  readonly status?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly sight: Sight;
  /** When (ns) the last run of the page before started, and its id. */
  readonly after: readonly [string, string] | undefined;
}

const row = z.object({ run_id: z.string(), started: z.coerce.bigint(), last: z.coerce.bigint() });
/** A run that was found: when it started, and when the last that is known of it ended (ns). */
export type SoughtRun = z.output<typeof row>;

/**
 * How many times as many runs as are wanted the first slice is to hold: another slice takes longer than one that is some times as long. A
 * condition often lets one run in some twenty through, and fewer where it is on what a run did.
 */
const firstShare = (conditions: number): number => Math.min(2 * 20 ** conditions, 160);

/**
 * The newest runs that a search asks for, at most so many. Only as much is read of each run as the search asks about, and history
 * only as far back as there are too few.
 */
export async function searchRuns(
  deps: Pick<Deps, 'store'>,
  { status, from, to, sight, after, ...filter }: RunSearch,
  wanted: number,
): Promise<readonly SoughtRun[]> {
  const asked = (among?: string) => [
    ...(status === undefined ? [] : ['r.final_status = {status:String}']),
    ...runConditions(filter, among),
    ...(sight.isOfAll ? [] : [sight.sees(inView('r'))]),
  ];
  const conditions = [
    `r.started_at >= {slice_from:DateTime64(9, 'UTC')} AND r.started_at < {slice_to:DateTime64(9, 'UTC')}`,
    ...(after === undefined ? [] : [`(r.started_at, r.run_id) < ({at:DateTime64(9, 'UTC')}, {id:UUID})`]),
  ];
  const ofAll = searchSql([...conditions, ...asked()]);
  const ofFew = searchSql([`r.run_id IN (${MAY_HAVE_STARTED})`, ...conditions, ...asked(MAY_HAVE_STARTED)]);
  const params = {
    ...{ ...filter, status, ...sight.params },
    ...(after === undefined ? {} : { at: storeTime(after[0]), id: after[1] }),
  };
  const { range, stored, ofRuns } = await startedRange(deps, rangeOf({ from, to }), after?.[0]);
  const first = ofRuns(wanted * firstShare(asked().length + ofWhatRunsDid(filter)));
  const found: SoughtRun[] = [];
  for (const slice of slicesOf(range, first, () => ({ found: found.length, wanted }))) {
    found.push(
      ...(await select(deps, row, isShort(slice, stored) ? ofFew : ofAll, {
        ...{ ...params, ...sliceParams(slice) },
        limit: wanted - found.length,
      })),
    );
    if (found.length >= wanted) break;
  }
  return found;
}

/** To look for the runs of a slice first is more work than to go through all that are stored, where they are most of them. */
const isShort = ({ from, to }: Slice, stored: bigint) => 2n * (to - from) < stored;

const searchSql = (conditions: readonly string[]) => `
  SELECT r.run_id AS run_id, toUnixTimestamp64Nano(r.started_at) AS started, toUnixTimestamp64Nano(r.last_at) AS last
  FROM runs AS r WHERE ${conditions.join(' AND ')}
  ORDER BY r.started_at DESC, r.run_id DESC LIMIT {limit:UInt32}`;
