import { z } from 'zod';
import type { Deps } from '../deps.ts';

interface SelectOptions {
  readonly signal?: AbortSignal;
  /** Set for a read of little that goes on beside others: more threads would take longer to begin than it takes. */
  readonly one_thread?: boolean;
}

/** More threads would only stand in each other's way, also those that write the answer. */
export const ONE_THREAD = { max_threads: 1, output_format_parallel_formatting: 0 } as const;

interface Asked {
  readonly params: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly signal?: AbortSignal | undefined;
}

/** The rows of one SELECT as the reading user, unchecked. @throws ClickHouse's error, which becomes `storage_unavailable` or `internal` */
export async function rowsOf(
  { store }: Pick<Deps, 'store'>,
  query: string,
  { params, settings = {}, signal }: Asked,
): Promise<readonly unknown[]> {
  const answer = await store.reader.query({
    query,
    query_params: { ...params },
    format: 'JSONEachRow',
    ...(signal === undefined ? {} : { abort_signal: signal }),
    clickhouse_settings: settings,
  });
  return parseRows(await answer.text());
}

/**
 * Rows that stand one on a line, as one document: the client takes them apart as a stream that may go on for ever, which costs
 * more than to read them. Within a row there is no bare line feed.
 */
function parseRows(text: string): readonly unknown[] {
  try {
    return JSON.parse(`[${text.trimEnd().replaceAll('\n', ',')}]`);
  } catch (cause) {
    throw new Error('The store broke off its answer.', { cause });
  }
}

/** Runs one SELECT as the reading user and checks its rows. @throws as `rowsOf` does; ZodError where they are not as they should be */
export async function select<T extends z.ZodType>(
  deps: Pick<Deps, 'store'>,
  row: T,
  query: string,
  params: Readonly<Record<string, unknown>>,
  { signal, one_thread = false }: SelectOptions = {},
): Promise<readonly z.output<T>[]> {
  const settings = one_thread ? ONE_THREAD : {};
  return z.array(row).parse(await rowsOf(deps, query, { params, settings, signal }));
}

/** Nanoseconds of the store as decimal text → ISO 8601 to the millisecond. */
export const isoFromNanos = z.coerce
  .bigint()
  .transform((nanos) => new Date(Number(nanos / 1_000_000n)).toISOString());
