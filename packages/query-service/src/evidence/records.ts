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

const OF_AGENTS = `
  SELECT 'agent' AS source, toString(e.principal) AS principal, toString(e.writer) AS writer, e.seq AS seq, toString(e.kind) AS kind,
         toString(toUnixTimestamp64Nano(if(e.kind = 'malformed', e.start, e.time))) AS time,
         e.record AS text, toString(e.record_hash) AS hash, toString(e.span_hash) AS span_hash,
         toString(toUnixTimestamp64Nano(e.start)) AS start
  FROM evidence_records AS e WHERE e.run_id = {run_id:UUID} AND ${within('e.start')}
  ORDER BY if(e.kind = 'malformed', e.start, e.time), e.writer, e.seq, e.record_hash LIMIT {limit:UInt32}`;
const OF_SERVICE = `
  SELECT 'service' AS source, '' AS principal, toString(s.writer) AS writer, s.seq AS seq, toString(s.kind) AS kind,
         toString(toUnixTimestamp64Nano(s.time)) AS time, s.record AS text, toString(s.record_hash) AS hash, '' AS span_hash, time AS start
  FROM service_records AS s WHERE s.run_id = {run_id:UUID} ORDER BY s.time, s.seq, s.record_hash LIMIT {limit:UInt32}`;

/** Every record of a run, by time; of equal times the agent's first, then by number. */
export async function readRecords(
  deps: Pick<Deps, 'store'>,
  run_id: string,
  times: RunTimes,
): Promise<{ readonly records: readonly StoredRecord[]; readonly truncated: boolean }> {
  const params = { run_id, limit: MAX_RECORDS + 1, ...timesParams(times) };
  const [agents, service] = await Promise.all([
    select(deps, storedRecord, OF_AGENTS, params, { one_thread: true }),
    select(deps, storedRecord, OF_SERVICE, params, { one_thread: true }),
  ]);
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
