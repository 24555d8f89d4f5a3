import { ClickHouseError } from '@clickhouse/client';
import type { InsertResult } from './insert-result.ts';

/**
 * Codes by which a view refuses a value: the same rows would be refused again. Everything else is the server's trouble
 * (down, full, read-only, too many parts, another schema, missing grants), which a sender must outlast and not lose
 * data to. Our own lines always parse, so what ClickHouse says about input formats means a wrong schema, not bad rows.
 * Source: ClickHouse, src/Common/ErrorCodes.cpp.
 */
const ROWS_REFUSED: ReadonlySet<number> = new Set([
  6, // CANNOT_PARSE_TEXT
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  69, // ARGUMENT_OUT_OF_BOUND
  72, // CANNOT_PARSE_NUMBER
  128, // TOO_LARGE_ARRAY_SIZE
  131, // TOO_LARGE_STRING_SIZE
  190, // SIZES_OF_ARRAYS_DONT_MATCH
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  395, // FUNCTION_THROW_IF_VALUE_IS_NON_ZERO
  407, // DECIMAL_OVERFLOW
]);

/** What an insert's error means. Numbers decide, never messages. */
export function classifyError(error: unknown): InsertResult {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ClickHouseError)) return { kind: 'unavailable', message };
  const code = Number(error.code);
  return ROWS_REFUSED.has(code)
    ? { kind: 'rejected', code, message }
    : { kind: 'unavailable', code, message };
}
