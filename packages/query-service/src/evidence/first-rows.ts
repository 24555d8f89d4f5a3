import type { z } from 'zod';
import type { Deps } from '../deps.ts';
import { select } from '../runs/select.ts';

interface Question {
  /** The rows of a run, as a SELECT without an order. */
  readonly rows: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** What tells one of them from its copies. */
  readonly key: string;
  /** Which come first. */
  readonly order: string;
  readonly limit: number;
}

/**
 * The rows of a run, in no order, and with copies that wait to be merged away; where there are more than the limit, the first of them,
 * and one more, without copies. Most runs are small, and the engine takes half as long for rows as they lie.
 */
export async function firstRows<T extends z.ZodType>(
  deps: Pick<Deps, 'store'>,
  row: T,
  { rows, params, key, order, limit }: Question,
): Promise<readonly z.output<T>[]> {
  const read = (which: string) =>
    // What the engine merges at read it reads whole.
    select(deps, row, `${rows} ${which} LIMIT ${limit + 1} SETTINGS final = 0`, params, { one_thread: true });
  const few = await read('');
  return few.length <= limit ? few : read(`ORDER BY ${order} LIMIT 1 BY ${key}`);
}

/** The last of each and its copies. Pure. @param key what tells one from its copies */
export const withoutCopies = <T>(
  rows: readonly T[],
  key: (row: T) => readonly (bigint | number | string)[],
): T[] => [...new Map(rows.map((row) => [key(row).join(), row])).values()];

/** As `sort` wants it. Pure. */
export const order = <T extends bigint | number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
