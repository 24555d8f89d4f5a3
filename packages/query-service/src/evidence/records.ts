import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { ofRun, ofRunParams, type RunTimes } from '../runs/run-times.ts';
import { firstRows, order, withoutCopies } from './first-rows.ts';

const recorded = {
  writer: z.string(),
  seq: z.coerce.number(),
  kind: z.string(),
  /** Nanoseconds since 1970: of the record, or of its span where the record has none. */
  time: z.coerce.bigint(),
  text: z.string(),
  hash: z.string(),
};
const ofService = z.object(recorded);
const ofAgent = z.object({
  ...recorded,
  /** The key behind it. Its words are that principal's claims. */
  principal: z.string(),
  span_hash: z.string(),
  /** When its span began (ns). */
  start: z.coerce.bigint(),
});

/** One stored record, verbatim, by whom it was written. One of the service is of no span, and begins at its own time. */
export interface StoredRecord extends z.output<typeof ofAgent> {
  readonly source: 'agent' | 'service';
}

/** More than this of one run is not shown on a page; the export has all of it. */
const MAX_RECORDS = 20_000;

const RECORD =
  'writer, seq, kind, toUnixTimestamp64Nano(r.time) AS time, record AS text, record_hash AS hash';
const OF_AGENTS = `
  SELECT ${RECORD}, principal, span_hash, toUnixTimestamp64Nano(r.start) AS start FROM evidence_records AS r WHERE `;
const OF_SERVICE = `SELECT ${RECORD} FROM service_records AS r WHERE run_id = {run_id:UUID}`;
const timeOf = ({ kind, time, start }: z.output<typeof ofAgent>) => (kind === 'malformed' ? start : time);

/** What agents recorded of a run, by time; one more than is shown, where there are more. @param times as `ofRun` has it */
export async function recordsOfAgents(
  deps: Pick<Deps, 'store'>,
  run_id: string,
  times: RunTimes | undefined,
): Promise<readonly StoredRecord[]> {
  const rows = await firstRows(deps, ofAgent, {
    rows: OF_AGENTS + ofRun('r.start', times),
    params: ofRunParams(run_id, times),
    key: 'writer, seq, span_hash',
    order: `if(kind = 'malformed', r.start, r.time), writer, seq, hash`,
    limit: MAX_RECORDS,
  });
  return withoutCopies(rows, ({ writer, seq, span_hash }) => [writer, seq, span_hash])
    .map((row): StoredRecord => ({ source: 'agent', ...row, time: timeOf(row) }))
    .sort(byTime);
}

/** What the service recorded of a run, likewise. */
export async function recordsOfService(
  deps: Pick<Deps, 'store'>,
  run_id: string,
): Promise<readonly StoredRecord[]> {
  const rows = await firstRows(deps, ofService, {
    ...{ rows: OF_SERVICE, params: { run_id } },
    ...{ key: 'writer, seq, hash', order: 'r.time, writer, seq, hash', limit: MAX_RECORDS },
  });
  return withoutCopies(rows, ({ writer, seq, hash }) => [writer, seq, hash])
    .map(
      (row): StoredRecord => ({ source: 'service', principal: '', span_hash: '', start: row.time, ...row }),
    )
    .sort(byTime);
}

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
