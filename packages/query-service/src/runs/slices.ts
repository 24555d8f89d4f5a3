import { storeTime } from '../records/store-time.ts';

/** From one time on until before another; ns since 1970. */
export interface Slice {
  readonly from: bigint;
  readonly to: bigint;
}

const GROWTH = 4n;
const LEAST = 1_000_000_000n;

/** A range from its end backwards in pieces, the first so long and each four times as long as the one before, until all of it is covered. */
export function* slicesOf({ from, to }: Slice, first: bigint): Generator<Slice> {
  let end = to;
  for (let width = first > LEAST ? first : LEAST; end > from; width *= GROWTH) {
    const start = end - width > from ? end - width : from;
    yield { from: start, to: end };
    end = start;
  }
}

/**
 * Runs that may have started in a slice, as a condition on `r` that binds `slice_from` and `slice_to`: something of the run, or its
 * registration, is of the very moment at which it started. So no other run can have, and the keys of both tables find these.
 */
export const MAY_HAVE_STARTED = `r.run_id IN (
  SELECT run_id FROM spans WHERE start >= {slice_from:DateTime64(9, 'UTC')} AND start < {slice_to:DateTime64(9, 'UTC')}
  UNION DISTINCT
  SELECT run_id FROM run_registrations WHERE registered_at >= {slice_from:DateTime64(9, 'UTC')} AND registered_at < {slice_to:DateTime64(9, 'UTC')})`;

export const sliceParams = ({ from, to }: Slice) => ({
  slice_from: storeTime(from),
  slice_to: storeTime(to),
});
