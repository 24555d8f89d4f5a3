import { z } from 'zod';
import type { Deps } from '../deps.ts';
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
});
export type StoredRecord = z.output<typeof storedRecord>;

/** More than this of one run is not shown on a page; the export has all of it. */
const MAX_RECORDS = 20_000;

const QUERY = `
  SELECT * FROM (
    SELECT 'agent' AS source, toString(e.principal) AS principal, toString(e.writer) AS writer, e.seq AS seq, toString(e.kind) AS kind,
           toString(toUnixTimestamp64Nano(if(e.kind = 'malformed', e.start, e.time))) AS time,
           e.record AS text, toString(e.record_hash) AS hash, toString(e.span_hash) AS span_hash
    FROM evidence_records AS e WHERE e.run_id = {run_id:UUID}
    UNION ALL
    SELECT 'service' AS source, '' AS principal, toString(s.writer) AS writer, s.seq AS seq, toString(s.kind) AS kind,
           toString(toUnixTimestamp64Nano(s.time)) AS time, s.record AS text, toString(s.record_hash) AS hash, '' AS span_hash
    FROM service_records AS s WHERE s.run_id = {run_id:UUID})
  ORDER BY length(time), time, source, writer, seq, hash LIMIT {limit:UInt32}`;

/** Every record of a run, by time; of equal times the agent's first, then by number. */
export async function readRecords(
  deps: Pick<Deps, 'store'>,
  run_id: string,
): Promise<{ readonly records: readonly StoredRecord[]; readonly truncated: boolean }> {
  const rows = await select(deps, storedRecord, QUERY, { run_id, limit: MAX_RECORDS + 1 });
  return { records: rows.slice(0, MAX_RECORDS), truncated: rows.length > MAX_RECORDS };
}
