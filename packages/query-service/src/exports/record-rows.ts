import { createInterface } from 'node:readline';
import { pipeline, type Readable } from 'node:stream';
import { zstdDecompressSync } from 'node:zlib';
import { parse } from 'csv-parse';
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';

/** What is read of a row of records. */
const COLUMNS = ['run_id', 'writer', 'seq', 'record', 'record_hash', 'span_hash'];

/** Rows of files that are read from front to end, one at a time; `undefined` for a line that is none. */
export const STREAMED_ROWS = { jsonl: jsonlRows, csv: csvRows } as const;

async function* jsonlRows(bytes: Readable): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: bytes, crlfDelay: Number.POSITIVE_INFINITY }))
    yield parseJson(line);
}

/** Far more than a row of records has, in bytes: a quotation mark that nothing closes must not make one of the whole file. */
const LONGEST_ROW = 64 * 1024 * 1024;

/** As the store writes it: the first line names the columns, a newline within quotes is part of a cell. */
async function* csvRows(bytes: Readable): AsyncGenerator<unknown> {
  yield* pipeline(
    bytes,
    parse({ columns: true, record_delimiter: '\n', max_record_size: LONGEST_ROW }),
    () => {},
  );
}

/** Rows of a Parquet file, whose end says where everything lies; one group of rows is held at a time. */
export async function* parquetRows(file: AsyncBuffer): AsyncGenerator<unknown> {
  const metadata = await parquetMetadataAsync(file);
  const there = new Set(metadata.schema.map(({ name }) => name));
  const columns = COLUMNS.filter((name) => there.has(name));
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    yield* await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors });
    rowStart = rowEnd;
  }
}

/** What `partQuery` has the store compress by. */
const compressors = {
  ZSTD: (input: Uint8Array, maxOutputLength: number) => zstdDecompressSync(input, { maxOutputLength }),
};

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
