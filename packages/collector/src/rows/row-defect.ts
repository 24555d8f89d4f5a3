import type { LandingRow } from './landing-row.ts';

/** Why a row that can be written will not count as a span: the landing views put it into the quarantine. */
export type RowDefect = 'bad_trace_id' | 'bad_span_id' | 'bad_time';

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
/** Nanoseconds; the same bounds as the views'. */
const FIRST = BigInt(Date.UTC(2000, 0, 1)) * 1_000_000n;
const LAST = BigInt(Date.UTC(2100, 0, 1)) * 1_000_000n;

/**
 * Says beforehand what the views will do with a row, so that the sender hears of it. The views decide; a test holds
 * this function to them.
 */
export function rowDefect(row: LandingRow): RowDefect | undefined {
  if (!TRACE_ID.test(row.traceId)) return 'bad_trace_id';
  if (!SPAN_ID.test(row.spanId)) return 'bad_span_id';
  return row.timestamp >= FIRST && row.timestamp < LAST ? undefined : 'bad_time';
}
