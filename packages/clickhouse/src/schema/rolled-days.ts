import { DATABASE } from '../roles.ts';

/**
 * How long a day has to have been quiet before its rollup is trusted, and how far back each reading looks for what arrived:
 * longer than any insert takes from the time that it stamps on its rows until they are visible.
 */
export const QUIET_SECONDS = 120;

/**
 * The start of the WITH of a view over rolled-up days and rows, with the parameters `from` and `to`: the newest version of
 * each day of a table, and `since`, from when on the view has to look for what arrived. One reading of the table says
 * both, so they belong together. The view then defines `touched`, the days that this changes.
 */
export const rolledVersions = (table: string): string => `{from:DateTime64(9, 'UTC')} AS range_from,
  least({to:DateTime64(9, 'UTC')}, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS range_to,
  toDate(range_from) + if(range_from = toStartOfDay(range_from), 0, 1) AS first_whole_day,
  (SELECT groupArray((day, newest, is_open, kept)) FROM (
    SELECT day, max(version) AS newest, argMax(open, version) AS is_open, argMax(kept_from, version) AS kept
    FROM ${DATABASE}.${table} FINAL GROUP BY day)) AS versions,
  arrayFirst(v -> v.1 = toDate(0), versions) AS pass,
  arrayFilter(v -> v.1 != toDate(0), versions) AS rolled,
  pass.2 - INTERVAL ${QUIET_SECONDS} SECOND AS since`;

/**
 * The end of that WITH, after `touched`: which version of which day is read (`pinned`), and which days are read from rows.
 * Scalar subqueries are evaluated once a query, so every part of a view means the same days.
 */
export const DAYS_TO_READ = `arrayMap(r -> (r.1, r.2), arrayFilter(r -> NOT r.3 AND r.1 >= first_whole_day AND r.1 < toDate(range_to)
    AND (r.1 < pass.4 OR NOT has(touched, r.1)), rolled)) AS pinned,
  arrayMap(p -> p.1, pinned) AS pinned_days,
  arrayFilter(d -> d >= toDate(range_from) AND d <= toDate(range_to) AND NOT has(pinned_days, d),
    arrayDistinct(arrayConcat(touched, arrayMap(r -> r.1, rolled)))) AS row_days`;
