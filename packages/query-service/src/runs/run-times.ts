import { DATABASE } from '@tollgate/clickhouse';
import { storeTime } from '../records/store-time.ts';

/** From the first moment that is known of some runs until the end of their last span; ns since 1970. */
export interface RunTimes {
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * What spans say of runs lies within their times, so the months before and after need not be read. Binds `first` and `last`.
 * @param column the start of a span
 */
export const within = (column: string): string =>
  `${column} >= {first:DateTime64(9, 'UTC')} AND ${column} <= {last:DateTime64(9, 'UTC')}`;

/**
 * Whether the rows of a run lie together, as they do by an id that grows with time (RFC 9562, version 7), which the service gives. Rows
 * of any other may lie anywhere in every month, and only the run's times tell where not to look for them.
 */
export const liesTogether = (run_id: string): boolean => run_id.at(14) === '7';

/** Rows of one run, of which those outside its times need not be read where they are given. Bound by `ofRunParams`. */
export const ofRun = (start: string, times: RunTimes | undefined): string =>
  `run_id = {run_id:UUID}${times === undefined ? '' : ` AND ${within(start)}`}`;

export const ofRunParams = (run_id: string, times: RunTimes | undefined) => ({
  run_id,
  ...(times === undefined ? {} : timesParams(times)),
});

export const timesParams = ({ first, last }: RunTimes) => ({
  first: storeTime(first),
  last: storeTime(last),
});

/** Of no spans. */
export const NO_TIME: RunTimes = { first: 0n, last: 0n };

/** The times of several runs together. */
export function together(times: readonly RunTimes[]): RunTimes {
  const known = times.filter(({ first }) => first > 0n);
  return {
    first: known.map(({ first }) => first).reduce(least, known[0]?.first ?? 0n),
    last: known.map(({ last }) => last).reduce(greatest, 0n),
  };
}

/** Tables of what spans say, by the start of the span. */
const OF_SPANS = ['spans', 'span_content', 'evidence_records', 'tool_calls', 'model_calls'] as const;

/** Settings under which whatever is read of these tables lies within some times, also through views. */
export function onlyWithin({ first, last }: RunTimes): Readonly<Record<string, string>> {
  const filter = `start >= \\'${storeTime(first)}\\' AND start <= \\'${storeTime(last)}\\'`;
  const filters = OF_SPANS.map((table) => `'${DATABASE}.${table}': '${filter}'`);
  return { additional_table_filters: `{${filters.join(', ')}}` };
}

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const greatest = (a: bigint, b: bigint): bigint => (a > b ? a : b);
