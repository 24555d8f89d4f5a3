import { storeTime } from '../records/store-time.ts';
import { greatest } from './run-times.ts';

/** From one time on until before another; ns since 1970. */
export interface Slice {
  readonly from: bigint;
  readonly to: bigint;
}

/** After a slice in which nothing was found, so many times as much is looked through. */
const GROWTH = 64n;
/** More than the share found so far makes likely: the next slice is to be the last. */
const MARGIN = 2n;
const LEAST = 1_000_000_000n;

/**
 * A range from its end backwards in slices, until all of it is covered: each as long as it takes, by what the slices before it held, to
 * find what is still missing. What little would be left is part of the slice.
 * @param first how long (ns) the first one is
 * @param progress how much was found by now, and how much is wanted
 */
export function* slicesOf(
  { from, to }: Slice,
  first: bigint,
  progress: () => { readonly found: number; readonly wanted: number },
): Generator<Slice> {
  let end = to;
  for (let width = greatest(first, LEAST); end > from; ) {
    const start = end - from < MARGIN * width ? from : end - width;
    yield { from: start, to: end };
    const { found, wanted } = progress();
    width =
      found === 0
        ? width * GROWTH
        : greatest(width, (MARGIN * (to - start) * BigInt(wanted - found)) / BigInt(found));
    end = start;
  }
}

/**
 * The ids of runs that may have started in a slice; binds `slice_from` and `slice_to`. Something of the run is of the very moment at which
 * it started, so no other run can have.
 */
export const MAY_HAVE_STARTED = `
  SELECT run_id FROM run_summaries
  WHERE started_at >= {slice_from:DateTime64(9, 'UTC')} AND started_at < {slice_to:DateTime64(9, 'UTC')} SETTINGS final = 0`;

export const sliceParams = ({ from, to }: Slice) => ({
  slice_from: storeTime(from),
  slice_to: storeTime(to),
});
