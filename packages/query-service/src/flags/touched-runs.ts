import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { NO_TIME, onlyWithin, type RunTimes, together } from '../runs/run-times.ts';
import { select } from '../runs/select.ts';

/** A run, and what identifies the rows that are stored of it. */
export interface TouchedRun {
  readonly run_id: string;
  readonly fingerprint: string;
  /** How many rows are stored of it. */
  readonly rows: number;
  readonly times: RunTimes;
  /** Registered under an id that the service did not give. */
  readonly late: boolean;
  /** Whose keys sent something of it. */
  readonly principals: readonly string[];
}

/** Runs read in one go: their ids are in the address of the query, which has a bound. */
export const PAGE_OF_RUNS = 1000;

/** A run of which something arrived, and when the last of it was received (ns, of the store's clock). */
export interface Arrival {
  readonly run_id: string;
  readonly received: bigint;
}

/**
 * Runs of which something arrived in the store since a time. The caller reads again over a stretch that it has read before, because
 * rows become visible a little after the time that they carry; a run whose fingerprint is as before then costs nothing more.
 * What evaluation itself wrote (`flag_changed`) is left out, or it would wake itself.
 */
const TOUCHED = `
  SELECT toString(t.run_id) AS run_id, toString(toUnixTimestamp64Nano(max(t.received_at))) AS received FROM (
    SELECT run_id, received_at FROM run_summaries WHERE received_at >= {since:DateTime64(9, 'UTC')}
    UNION ALL
    SELECT run_id, received_at FROM service_records
    WHERE received_at >= {since:DateTime64(9, 'UTC')} AND kind != 'flag_changed'
    UNION ALL
    SELECT run_id, received_at FROM model_call_repricings WHERE received_at >= {since:DateTime64(9, 'UTC')}) AS t
  WHERE t.run_id > {after:UUID} GROUP BY t.run_id ORDER BY t.run_id LIMIT {limit:UInt32} SETTINGS final = 0`;
/** Arrivals that are in memory together. */
const MOST_ARRIVALS = 20_000;

/** What is written of one span. Views commit one after another, so none stands for the others. */
const OF_SPANS: readonly string[] = [
  'spans',
  'span_content',
  'evidence_records',
  'tool_calls',
  'model_calls',
  'model_call_repricings',
];

const spanRows = (table: string) =>
  `SELECT run_id, sipHash64('${table}', span_hash, received_at) AS row FROM ${table} WHERE run_id IN {runs:Array(UUID)}`;

/** Rows that only wait to be merged away change a fingerprint at most once more, which costs one needless judgement. */
const FINGERPRINTS = `
  SELECT toString(run_id) AS run_id, count() AS rows, concat(toString(rows), ':', hex(groupBitXor(row))) AS fingerprint
  FROM (
    ${OF_SPANS.map(spanRows).join('\n    UNION ALL\n    ')}
    UNION ALL
    SELECT run_id, sipHash64('service_records', writer, seq, received_at) AS row
    FROM service_records WHERE run_id IN {runs:Array(UUID)} AND kind != 'flag_changed')
  GROUP BY run_id`;

const arrivalRow = z.object({ run_id: z.string(), received: z.coerce.bigint() });
const fingerprintRow = z.object({ run_id: z.string(), fingerprint: z.string(), rows: z.coerce.number() });

const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

/** A page of touched runs, and the arrivals that it is of. */
interface TouchedPage {
  readonly runs: readonly TouchedRun[];
  readonly arrivals: readonly Arrival[];
}

/** Which arrivals are worth a look, and which of them are seen for the first time. */
interface Choice {
  isWorth(arrival: Arrival): boolean;
  isNew(arrival: Arrival): boolean;
}

const EACH: Choice = { isWorth: () => true, isNew: () => true };

/** Pages of touched runs; who waits for a flag waits for what is new, so that goes before what is looked at again. */
export async function* touchedRuns(
  deps: Pick<Deps, 'store'>,
  since: bigint,
  choice: Choice = EACH,
): AsyncGenerator<TouchedPage> {
  let after = FIRST_UUID;
  for (;;) {
    const arrived = await select(deps, arrivalRow, TOUCHED, {
      ...{ since: storeTime(since), after, limit: MOST_ARRIVALS },
    });
    const wanted = arrived.filter((arrival) => choice.isWorth(arrival));
    const byNews = Map.groupBy(wanted, (arrival) => choice.isNew(arrival));
    for (const arrivals of [true, false].flatMap((isNew) => inPages(byNews.get(isNew) ?? []))) {
      const runs = await fingerprints(
        deps,
        arrivals.map(({ run_id }) => run_id),
      );
      yield { runs, arrivals };
    }
    const last = arrived.at(-1);
    if (last === undefined || arrived.length < MOST_ARRIVALS) return;
    after = last.run_id;
  }
}

const inPages = (arrivals: readonly Arrival[]): Arrival[][] =>
  Array.from({ length: Math.ceil(arrivals.length / PAGE_OF_RUNS) }, (_, page) =>
    arrivals.slice(page * PAGE_OF_RUNS, (page + 1) * PAGE_OF_RUNS),
  );

const summaryRow = z.object({
  run_id: z.string(),
  first: z.coerce.bigint(),
  last: z.coerce.bigint(),
  late: z.coerce.boolean(),
  principals: z.array(z.string()),
});

const SUMMARIES = `
  SELECT toString(s.run_id) AS run_id, toString(toUnixTimestamp64Nano(min(s.started_at))) AS first,
    toString(toUnixTimestamp64Nano(max(s.last_at))) AS last, max(s.registered_late) AS late,
    groupUniqArrayArray(s.principals) AS principals
  FROM run_summaries AS s WHERE s.run_id IN {runs:Array(UUID)} GROUP BY s.run_id SETTINGS final = 0`;

/** From when until when there are spans of each run, whose they are, and whether it was registered late; a run of which there are none has no time. */
async function summariesOf(
  deps: Pick<Deps, 'store'>,
  runs: readonly string[],
): Promise<ReadonlyMap<string, Pick<TouchedRun, 'times' | 'late' | 'principals'>>> {
  const rows = await select(deps, summaryRow, SUMMARIES, { runs });
  return new Map(
    rows.map(({ run_id, first, last, ...rest }) => [run_id, { times: { first, last }, ...rest }]),
  );
}

export const UNKNOWN = { times: NO_TIME, late: false, principals: [] } as const;

/** The fingerprints of some runs, one each. */
export async function fingerprints(
  { store }: Pick<Deps, 'store'>,
  runs: readonly string[],
): Promise<readonly TouchedRun[]> {
  const summaries = await summariesOf({ store }, runs);
  const answer = await store.reader.query({
    query: FINGERPRINTS,
    query_params: { runs },
    format: 'JSONEachRow',
    clickhouse_settings: {
      final: 0,
      ...onlyWithin(together([...summaries.values()].map(({ times }) => times))),
    },
  });
  const rows = z.array(fingerprintRow).parse(await answer.json());
  return rows.map((row) => ({ ...row, ...(summaries.get(row.run_id) ?? UNKNOWN) }));
}

/** The store's own clock (ns), by which `received_at` is written. */
export async function storeNow({ store }: Pick<Deps, 'store'>): Promise<bigint> {
  const query = `SELECT toString(toUnixTimestamp64Nano(now64(9))) AS now`;
  const answer = await store.reader.query({ query, format: 'JSONEachRow' });
  const [row] = z
    .array(z.object({ now: z.coerce.bigint() }))
    .length(1)
    .parse(await answer.json());
  return row?.now ?? 0n;
}
