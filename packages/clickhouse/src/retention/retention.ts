import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { onCluster, type Target } from '../migrations/render.ts';
import { DATABASE } from '../roles.ts';

/**
 * For how many days things are kept, counted from when they happened, or from when they arrived where that is later: what a span
 * says of its time may be years too early, and must not make it vanish.
 */
export interface RetentionDays {
  /** Spans without their content, records, calls, and what the service itself recorded. */
  readonly evidence: number;
  /** What people and models wrote. */
  readonly content: number;
  /** Spans that could not be stored; from their receipt, since nothing in them can be trusted. */
  readonly quarantine: number;
  /** Totals of days, which outlive the rows that they come from. */
  readonly totals: number;
}

/** Seven years of evidence, half a year of content, a month of quarantine, ten years of totals. */
export const DEFAULT_RETENTION: RetentionDays = {
  evidence: 2557,
  content: 183,
  quarantine: 30,
  totals: 3653,
};

/** A date is 16 bits of days and ends in 2149; past it, a sum wraps to 1970 and deletes what is newest. */
const MOST_DAYS = 36_500;

type Rule = {
  readonly table: string;
  /** SQL of a time. */
  readonly from: string;
  readonly keep: keyof RetentionDays;
  /** Which rows it is about; none of a run on hold (`NOT_HELD`) where the table has runs. */
  readonly where?: string;
};

/**
 * Asked at each merge that would drop rows, so a hold keeps what is there from the moment on in which its row is stored, and
 * nothing has to be rewritten to set one.
 */
const NOT_HELD = `run_id NOT IN (SELECT run_id FROM ${DATABASE}.runs_on_hold)`;

/** When something happened, or when the store received it, whichever is later: the first is a claim, or another host's clock. */
const evidence = (table: string, happened: string, where?: string): Rule => ({
  ...{ table, from: `greatest(${happened}, received_at)`, keep: 'evidence' },
  ...(where === undefined ? {} : { where }),
});

/**
 * Which tables lose rows, and from when on their days are counted. Not among them: registered workflows, teams of keys, prices, erasures
 * and holds, which are asked for as long as anything is kept.
 */
const RULES: readonly Rule[] = [
  ...['spans', 'evidence_records', 'model_calls', 'tool_calls'].map((table) =>
    evidence(table, 'start', NOT_HELD),
  ),
  evidence('run_summaries', 'started_at', NOT_HELD),
  { table: 'model_call_repricings', from: 'received_at', keep: 'evidence', where: NOT_HELD },
  evidence('service_records', 'time', NOT_HELD),
  evidence('run_registrations', 'registered_at', NOT_HELD),
  evidence('approvals', 'at', NOT_HELD),
  evidence('samples', 'sampled_at', NOT_HELD),
  evidence('reviews', 'reviewed_at', NOT_HELD),
  // A flag may be about no run, and of NULL it is not known whether it is in a list.
  evidence('flags', 'at', `(run_id IS NULL) OR (${NOT_HELD})`),
  evidence('suspensions', 'at'),
  { ...evidence('span_content', 'start', NOT_HELD), keep: 'content' },
  { table: 'quarantine', from: 'received_at', keep: 'quarantine' },
  { table: 'rollup_drifts', from: 'found_at', keep: 'totals' },
  // The row of 1970 is of no day.
  ...['cost_days', 'control_days'].map(
    (table): Rule => ({ table, from: 'day', keep: 'totals', where: `day > '2000-01-01'` }),
  ),
];

/** One table and the rule by which its rows expire, as ClickHouse writes it in SHOW CREATE TABLE. */
interface Expiry {
  readonly table: string;
  readonly days: number;
  readonly ttl: string;
  /** Rows whose time is over, as a condition; undefined where no hold could have kept them. */
  readonly expiredOfRuns: string | undefined;
}

/** The one place where retention becomes SQL. @throws RangeError for days that are no whole number from 1 to 36,500 */
export function expiries(days: RetentionDays): readonly Expiry[] {
  for (const [name, count] of Object.entries(days))
    if (!Number.isInteger(count) || count < 1 || count > MOST_DAYS)
      throw new RangeError(
        `Retention of ${name} is ${count} days; write a whole number from 1 to ${MOST_DAYS}.`,
      );
  return RULES.map(({ table, from, keep, where }) => {
    const end = `toDate(${from}) + toIntervalDay(${days[keep]})`;
    return {
      table,
      days: days[keep],
      ttl: `${end}${where === undefined ? '' : ` WHERE ${where}`}`,
      expiredOfRuns: where?.includes(NOT_HELD) === true ? `${end} <= today()` : undefined,
    };
  });
}

const tableRow = z.object({ name: z.string(), ddl: z.string() });

/**
 * Sets how long each table keeps its rows; a table that has its rule already is left alone. A shorter time takes effect in the
 * background, as parts are rewritten. Any other rule rewrites nothing: a part learns of it with its next merge, and at the latest
 * when its time by the old rule is over: the engine then asks the new one of its rows.
 * @returns the tables that were changed
 */
export async function applyRetention(
  owner: ClickHouseClient,
  days: RetentionDays,
  target: Target = { kind: 'single' },
): Promise<readonly string[]> {
  const answer = await owner.query({
    query: `SELECT name, create_table_query AS ddl FROM system.tables WHERE database = '${DATABASE}'`,
    format: 'JSONEachRow',
  });
  const ddls = new Map(
    z
      .array(tableRow)
      .parse(await answer.json())
      .map(({ name, ddl }) => [name, ddl]),
  );
  const changed = expiries(days).filter(
    ({ table, ttl }) => !ddls.get(table)?.includes(` TTL ${ttl} SETTINGS`),
  );
  for (const { table, ttl, days: kept } of changed)
    await owner.command({
      query: `ALTER TABLE ${DATABASE}.${table} ${onCluster(target)} MODIFY TTL ${ttl}`,
      clickhouse_settings: {
        // In the background: to wait for ten million stored spans took longer than a client waits for an answer.
        alter_sync: '0',
        materialize_ttl_after_modify: kept < daysOf(ddls.get(table)) ? 1 : 0,
      },
    });
  return changed.map(({ table }) => table);
}

/** How long a table keeps its rows now, in days; one that has no rule keeps them for good. */
const daysOf = (ddl = ''): number =>
  Number(/ TTL .* \+ toIntervalDay\((\d+)\)/.exec(ddl)?.[1] ?? Number.POSITIVE_INFINITY);
