import { z } from 'zod';
import type { Deps } from '../deps.ts';

interface SelectOptions {
  readonly signal?: AbortSignal;
  /** Set for a read of little that goes on beside others: more threads would take longer to begin than it takes. */
  readonly one_thread?: boolean;
}

/** More threads would only stand in each other's way, also those that write the answer. */
export const ONE_THREAD = { max_threads: 1, output_format_parallel_formatting: 0 } as const;

/** Runs one SELECT as the reading user and checks its rows. @throws ClickHouse's error, which becomes `storage_unavailable` or `internal` */
export async function select<T extends z.ZodType>(
  { store }: Pick<Deps, 'store'>,
  row: T,
  query: string,
  query_params: Readonly<Record<string, unknown>>,
  { signal, one_thread = false }: SelectOptions = {},
): Promise<readonly z.output<T>[]> {
  const answer = await store.reader.query({
    query,
    query_params: { ...query_params },
    // One document: the client takes rows that may go on for ever apart as a stream, which costs it more than to read them.
    format: 'JSON',
    ...(signal === undefined ? {} : { abort_signal: signal }),
    ...(one_thread ? { clickhouse_settings: ONE_THREAD } : {}),
  });
  const { data } = await answer.json();
  return z.array(row).parse(data);
}

/** Nanoseconds of the store as decimal text → ISO 8601 to the millisecond. */
export const isoFromNanos = z.coerce
  .bigint()
  .transform((nanos) => new Date(Number(nanos / 1_000_000n)).toISOString());
