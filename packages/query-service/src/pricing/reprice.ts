import { PRICE_VERSION, priceCall, pricesAt, resolveModel, type Usd } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';

const tokens = z.coerce.number().nullable();
const unpricedRow = z.object({
  run_id: z.string(),
  /** 128 bits as decimal text. */
  span_hash: z.string(),
  provider: z.string(),
  model: z.string(),
  /** ISO 8601, UTC. */
  start: z.string(),
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_tokens: tokens,
  cache_creation_tokens: tokens,
});
type UnpricedRow = z.output<typeof unpricedRow>;

/** Reports that had no price at insert and have usage, as far as nobody has repriced them. */
const UNPRICED = `
  SELECT toString(m.run_id) AS run_id, toString(m.span_hash) AS span_hash, m.provider AS provider, m.model AS model,
         formatDateTime(m.start, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS start, m.input_tokens AS input_tokens,
         m.output_tokens AS output_tokens, m.cache_read_tokens AS cache_read_tokens,
         m.cache_creation_tokens AS cache_creation_tokens
  FROM model_calls AS m
  WHERE m.cost IS NULL AND m.model != '' AND m.input_tokens IS NOT NULL AND m.received_at >= {since:DateTime64(9, 'UTC')}
    AND (m.provider, m.model) IN (SELECT provider, model FROM model_names)
    AND (m.run_id, m.span_hash) NOT IN (SELECT r.run_id, r.span_hash FROM model_call_repricings AS r)
  ORDER BY m.run_id, m.span_hash LIMIT {limit:UInt32}`;

/** The new price beside the old row, which stays as it is (invariant 8). The ids are copied inside the store. */
const INSERT = `
  INSERT INTO model_call_repricings (run_id, trace_id, span_id, span_hash, cost, price_version)
  SELECT run_id, trace_id, span_id, span_hash,
         toDecimal128({costs:Array(String)}[indexOf({hashes:Array(UInt128)}, span_hash)], 15), {version:String}
  FROM model_calls
  WHERE run_id IN {runs:Array(UUID)} AND span_hash IN {hashes:Array(UInt128)} AND cost IS NULL`;

/** Reports repriced by one statement; its parameters travel in the request's address. */
const AT_ONCE = 500;

/** Prices reports that came before their model's name was known, at the prices of their own time. */
export async function repriceCalls({ store }: Pick<Deps, 'store'>, since: bigint): Promise<number> {
  let repriced = 0;
  for (;;) {
    const answer = await store.reader.query({
      query: UNPRICED,
      query_params: { since: storeTime(since), limit: AT_ONCE },
      format: 'JSONEachRow',
    });
    const rows = z.array(unpricedRow).parse(await answer.json());
    const priced = rows.flatMap((row) => {
      const cost = priceOf(row);
      return cost === undefined ? [] : [{ ...row, cost }];
    });
    if (priced.length > 0) await insertRepricings(store, priced);
    repriced += priced.length;
    // What could not be priced would come again and again.
    if (rows.length < AT_ONCE || priced.length === 0) return repriced;
  }
}

async function insertRepricings(
  store: Deps['store'],
  priced: readonly { run_id: string; span_hash: string; cost: Usd }[],
): Promise<void> {
  await store.service.command({
    query: INSERT,
    query_params: {
      runs: [...new Set(priced.map(({ run_id }) => run_id))],
      hashes: priced.map(({ span_hash }) => BigInt(span_hash)),
      costs: priced.map(({ cost }) => cost),
      version: PRICE_VERSION,
    },
  });
}

function priceOf(row: UnpricedRow): Usd | undefined {
  const model = resolveModel(row.provider, row.model);
  const prices = model && pricesAt(model, row.start);
  const usage = {
    ...given('input_tokens', row.input_tokens),
    ...given('output_tokens', row.output_tokens),
    ...given('cache_read_tokens', row.cache_read_tokens),
    ...given('cache_creation_tokens', row.cache_creation_tokens),
  };
  const pricing = priceCall(usage, prices);
  return pricing.kind === 'priced' ? pricing.usd : undefined;
}

const given = <K extends string>(name: K, count: number | null): { [name in K]?: number } =>
  count === null ? {} : ({ [name]: count } as { [name in K]?: number });
