import { z } from 'zod';
import { priceNewNames } from '../../../packages/query-service/src/pricing/worker.ts';
import type { Rig } from './rig.ts';

const tokens = z.coerce.number().nullable();

/** A report of a model call as every page reads it, and what only pricing gets to read. */
const report = z.object({
  run: z.string(),
  scope_name: z.string(),
  scope_version: z.string(),
  provider: z.string(),
  model: z.string(),
  response_id: z.string(),
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_tokens: tokens,
  cache_creation_tokens: tokens,
  cache_creation_1h_tokens: tokens,
  reasoning_tokens: tokens,
  service_tier: z.string(),
  usage_note: z.string(),
  cost: z.string().nullable(),
  counted: z.coerce.boolean(),
  why: z.string(),
});

export type Report = z.output<typeof report>;

const QUERY = `
  SELECT toString(m.run_id) AS run, m.scope_name AS scope_name, m.scope_version AS scope_version, m.provider AS provider,
         m.model AS model, m.response_id AS response_id, m.input_tokens AS input_tokens, m.output_tokens AS output_tokens,
         m.cache_read_tokens AS cache_read_tokens, m.cache_creation_tokens AS cache_creation_tokens,
         s.cache_creation_1h_tokens AS cache_creation_1h_tokens, m.reasoning_tokens AS reasoning_tokens,
         s.service_tier AS service_tier, m.usage_note AS usage_note, toString(m.cost) AS cost, m.counted AS counted, m.why AS why
  FROM model_call_reports AS m
  INNER JOIN seen_reports AS s ON s.run_id = m.run_id AND s.span_hash = m.span_hash
  ORDER BY m.start, m.span_id`;

/** Keeps what goes through `model_reports`, which itself keeps nothing. Before the first span. */
export async function watchReports({ store }: Rig): Promise<void> {
  const command = (query: string) => store.clients.owner.command({ query });
  await command(
    'CREATE TABLE tollgate.seen_reports AS tollgate.model_reports ENGINE = MergeTree ORDER BY run_id',
  );
  await command(
    'CREATE MATERIALIZED VIEW tollgate.seen_reports_mv TO tollgate.seen_reports AS SELECT * FROM tollgate.model_reports',
  );
}

/** Every report by its run, after the service has priced what it did not know yet. */
export async function readReports({ store }: Rig): Promise<ReadonlyMap<string, readonly Report[]>> {
  await priceNewNames({ store: { reader: store.clients.reader, service: store.clients.service } }, 0n);
  const answer = await store.clients.reader.query({ query: QUERY, format: 'JSONEachRow' });
  return Map.groupBy(z.array(report).parse(await answer.json()), ({ run }) => run);
}
