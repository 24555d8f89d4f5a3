import type { Part } from './parts.ts';
import type { PackScope } from './scope.ts';

/** How the rows are written, by name; the store writes them itself. */
export const PACK_FORMATS = {
  jsonl: { clause: 'JSONEachRow', extension: 'jsonl' },
  csv: { clause: 'CSVWithNames', extension: 'csv' },
  parquet: { clause: 'Parquet', extension: 'parquet' },
} as const;
export type PackFormat = keyof typeof PACK_FORMATS;

/** UTC with nanoseconds; numbers that a double cannot hold as text. Sorted as they lie, so that rows flow and none are held. */
const SETTINGS = `
  date_time_output_format = 'iso', output_format_json_quote_64bit_integers = 1, output_format_json_quote_decimals = 1,
  max_block_size = 8192, output_format_parquet_row_group_size = 50000, output_format_parquet_row_group_size_bytes = 67108864,
  output_format_parquet_compression_method = 'zstd', optimize_read_in_order = 1, max_bytes_before_external_sort = 268435456`;

/** SQL for a part of a pack. */
export function partQuery(part: Part, scope: PackScope, format: PackFormat): string {
  const texts = part.texts.map(
    (name) => `${format === 'csv' ? harmless(name) : `toString(t.${name})`} AS ${name}`,
  );
  return `SELECT ${[...part.values, ...texts].join(', ')} FROM ${part.from} AS t WHERE ${scope[part.of]}
    ORDER BY ${part.order.map(inOrder).join(', ')} SETTINGS ${SETTINGS} FORMAT ${PACK_FORMATS[format].clause}`;
}

/** Rows of runs lie by the number of the run (`run-order.ts` of the store). */
const inOrder = (column: string): string => (column === 'run_id' ? 'toUInt128(t.run_id)' : `t.${column}`);

/** A cell that starts so is a formula to a spreadsheet. */
const harmless = (column: string): string =>
  `if(match(toString(t.${column}), '^[=+@\\t\\r-]'), concat('\\'', toString(t.${column})), toString(t.${column}))`;
