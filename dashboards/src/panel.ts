/** A panel's words and its question, apart from how Grafana draws it. */
export interface PanelSpec {
  readonly title: string;
  /** What the numbers are and are not. */
  readonly description: string;
  /** ClickHouse SQL; of Grafana's macros only `$__fromTime_ms` and `$__toTime_ms`, so that tests can render it. */
  readonly sql: string;
}

export interface TimeRange {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
}

/** A panel's SQL as Grafana's ClickHouse plugin sends it for a time range. @throws Error for a macro that is not known here */
export function renderPanelSql({ sql, title }: PanelSpec, { from, to }: TimeRange): string {
  const rendered = sql
    .replaceAll('$__fromTime_ms', `fromUnixTimestamp64Milli(${from.getTime()})`)
    .replaceAll('$__toTime_ms', `fromUnixTimestamp64Milli(${to.getTime()})`);
  const macro = /\$\w+|\$\{/.exec(rendered);
  if (macro !== null) throw new Error(`${title}: ${macro[0]} is no macro that can be rendered`);
  return rendered;
}
