import { TOLLGATE } from '@tollgate/contract';
import type { LandingRow } from './landing-row.ts';

/** Why a row that can be written will not count as a span: the landing views put it into the quarantine. */
export type RowDefect =
  | 'bad_trace_id'
  | 'bad_span_id'
  | 'bad_parent_span_id'
  | 'time_too_early'
  | 'time_in_the_future'
  | 'bad_duration'
  | 'bad_run_id';

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const ZEROS = /^0+$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Nanoseconds: 2015, a day, 400 days. */
export const FIRST_TIME = BigInt(Date.UTC(2015, 0, 1)) * 1_000_000n;
export const DAY = 86_400_000_000_000n;
export const LONGEST = 400n * DAY;

/**
 * Says beforehand what the views will do with a row, so that the sender hears of it. The views decide (`REJECTION` in
 * @tollgate/clickhouse); a test holds this function to what they did.
 * @param now nanoseconds since 1970
 */
export function rowDefect(row: LandingRow, now: bigint): RowDefect | undefined {
  if (!TRACE_ID.test(row.traceId) || ZEROS.test(row.traceId)) return 'bad_trace_id';
  if (!SPAN_ID.test(row.spanId) || ZEROS.test(row.spanId)) return 'bad_span_id';
  if (row.parentSpanId !== '' && !SPAN_ID.test(row.parentSpanId)) return 'bad_parent_span_id';
  if (row.timestamp < FIRST_TIME) return 'time_too_early';
  if (row.timestamp > now + DAY) return 'time_in_the_future';
  if (row.duration > LONGEST) return 'bad_duration';
  const runId = row.spanAttributes.find(([key]) => key === TOLLGATE.runId)?.[1] ?? '';
  return isRunId(runId) ? undefined : 'bad_run_id';
}

/** Whether a value of `tollgate.run.id` is one, or nothing. */
export const isRunId = (text: string): boolean => text === '' || UUID.test(text);
