import { QUIET_SECONDS } from '@tollgate/clickhouse';

/**
 * A figure kept by day. Each version of a day is one row of `table` with all groups in it, rebuilt as a whole from rows:
 * nothing is ever added to a sum, so late and repeated rows heal by building again (docs/exactly-once.md).
 */
export interface Rollup {
  readonly name: string;
  /** Has `day`, `version`, `open`, `last_received` and `groups`, as the migrations define it. */
  readonly table: string;
  /** Columns of `groups`: what tells groups apart, then their figures. */
  readonly keys: readonly string[];
  readonly figures: readonly string[];
  /** Figures whose sums say how far a day is off, for people. */
  readonly totals: readonly string[];
  /** SELECT `day`, `at`: each day that rows received since `{since:DateTime64(9, 'UTC')}` change, and the last such receipt. */
  readonly touched: string;
  /** SELECT `day`, `at`: each day that has rows, and when the last of them was received. */
  readonly everyDay: string;
  /** SELECT keys and figures of the groups of `{day:Date}`, from rows alone. */
  readonly groups: string;
  /** SELECT `at`: when the last row that `groups` reads was received. */
  readonly lastReceived: string;
}

/** A version is trusted once nothing has arrived for this long before it was built (ns); readings look back as far. */
export const QUIET = BigInt(QUIET_SECONDS) * 1_000_000_000n;

/**
 * What becomes visible even later than `QUIET` after its receipt is found by passes, which read back over this much (ns),
 * and by building each day once more after it.
 */
export const SETTLED = 900n * 1_000_000_000n;

/** The columns of a row of the table, in the order in which versions are inserted. */
export const columnsOf = ({ keys, figures }: Rollup): string =>
  ['day', 'version', 'open', 'last_received', ...[...keys, ...figures].map((name) => `groups.${name}`)].join(
    ', ',
  );
