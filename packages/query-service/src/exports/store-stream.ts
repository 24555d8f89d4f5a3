import { PassThrough, pipeline, type Readable } from 'node:stream';
import type { Deps } from '../deps.ts';

/**
 * What a SELECT with a FORMAT answers, as bytes, as fast as they are taken. It fails where the store cannot finish: the
 * store then breaks its answer off instead of ending it.
 */
export async function storeStream(
  { store }: Pick<Deps, 'store'>,
  query: string,
  params: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Readable> {
  const { stream } = await store.reader.exec({ query, query_params: { ...params }, abort_signal: signal });
  return pipeline(stream, new PassThrough(), () => {});
}
