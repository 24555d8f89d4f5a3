import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { type RunTimes, timesParams, within } from '../runs/run-times.ts';
import { select } from '../runs/select.ts';

/** One stored record, verbatim, by whom it was written. */
const storedRecord = z.object({
  source: z.enum(['agent', 'service']),
  /** Of an agent's record: the key behind it. Its words are that principal's claims. */
  principal: z.string(),
  writer: z.string(),
  seq: z.coerce.number(),
  kind: z.string(),
  /** Nanoseconds since 1970: of the record, or of its span where the record has none. */
  time: z.coerce.bigint(),
  text: z.string(),
  hash: z.string(),
  span_hash: z.string(),
  /** When its span began (ns); of a record of the service, its own time. */
  start: z.coerce.bigint(),
});
export type StoredRecord = z.output<typeof storedRecord>;

/** More than this of one run is not shown on a page; the export has all of it. */
const MAX_RECORDS = 20_000;

/**
 * Copies that wait to be merged away are alike in all that is read here, so that one of them is as good as another, and months before
 * and after are left out: of rows that the engine merges at read, it goes through all months.
 */
const ONCE = 'SETTINGS final = 0';
const OF_AGENTS = `
  SELECT 'agent' AS source, principal, writer, seq, kind, toUnixTimestamp64Nano(if(kind = 'malformed', e.start, e.time)) AS time,
    record AS text, record_hash AS hash, span_hash, toUnixTimestamp64Nano(e.start) AS start
  FROM evidence_records AS e WHERE run_id = {run_id:UUID} AND ${within('e.start')}
  ORDER BY time, writer, seq, hash LIMIT 1 BY writer, seq, span_hash LIMIT {limit:UInt32} ${ONCE}`;
const OF_SERVICE = `
  SELECT 'service' AS source, '' AS principal, writer, seq, kind, toUnixTimestamp64Nano(s.time) AS time,
    record AS text, record_hash AS hash, '' AS span_hash, time AS start
  FROM service_records AS s WHERE run_id = {run_id:UUID}
  ORDER BY time, writer, seq, hash LIMIT 1 BY writer, seq, hash LIMIT {limit:UInt32} ${ONCE}`;

/** What agents recorded of a run, by time; one more than is shown, where there are more. */
export const recordsOfAgents = (
  deps: Pick<Deps, 'store'>,
  run_id: string,
  times: RunTimes,
): Promise<readonly StoredRecord[]> =>
  select(
    deps,
    storedRecord,
    OF_AGENTS,
    { run_id, limit: MAX_RECORDS + 1, ...timesParams(times) },
    { one_thread: true },
  );

/** What the service recorded of a run, likewise. */
export const recordsOfService = (
  deps: Pick<Deps, 'store'>,
  run_id: string,
): Promise<readonly StoredRecord[]> =>
  select(deps, storedRecord, OF_SERVICE, { run_id, limit: MAX_RECORDS + 1 }, { one_thread: true });

/** Every record of a run, by time; of equal times the agent's first, then by number. Pure. */
export function inOrder(
  agents: readonly StoredRecord[],
  service: readonly StoredRecord[],
): { readonly records: readonly StoredRecord[]; readonly truncated: boolean } {
  const records = [...agents, ...service].sort(byTime);
  return { records: records.slice(0, MAX_RECORDS), truncated: records.length > MAX_RECORDS };
}

const byTime = (a: StoredRecord, b: StoredRecord): number =>
  order(a.time, b.time) ||
  order(a.source, b.source) ||
  order(a.writer, b.writer) ||
  order(a.seq, b.seq) ||
  order(a.hash, b.hash);

const order = <T extends bigint | number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
