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

export const timesParams = ({ first, last }: RunTimes) => ({
  first: storeTime(first),
  last: storeTime(last),
});

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const greatest = (a: bigint, b: bigint): bigint => (a > b ? a : b);
