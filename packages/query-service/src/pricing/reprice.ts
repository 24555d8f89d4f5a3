import { entryFor, inputTotal, type PriceBook, priceCall, type Usage } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { select } from '../runs/select.ts';

type StoreDeps = Pick<Deps, 'store'>;

/** Which reports, of those whose usage could be read: those that have no price, and with `superseded` also those that have another price now. */
export interface RepricingScope {
  readonly superseded: boolean;
  /** Reports received since then (ns). */
  readonly since?: bigint;
  /** Calls that began in this range (ns), `to` excluded. */
  readonly from?: bigint;
  readonly to?: bigint;
  readonly workflow?: string;
}

export interface RepricingCounts {
  readonly looked_at: number;
  readonly repriced: number;
}

const tokens = z.coerce.number().nullable();
const reportRow = z.object({
  run_id: z.string(),
  /** 128 bits as decimal text. */
  span_hash: z.string(),
  workflow: z.string(),
  provider: z.string(),
  model: z.string(),
  service_tier: z.string(),
  /** Milliseconds since 1970. */
  start: z.coerce.number(),
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_tokens: tokens,
  cache_creation_tokens: tokens,
  cache_creation_1h_tokens: tokens,
  reasoning_tokens: tokens,
  price_id: z.string(),
  local_cost: z.string().nullable(),
});
type ReportRow = z.output<typeof reportRow>;

/** A price that comes first of all that its name has now is still the one that applies. Of the others, some are. */
const MAY_COST_OTHERWISE =
  '(m.provider, m.model, m.price_id) NOT IN (SELECT provider, model, entries[1].price_id FROM price_book)';

const SCOPE = `
  m.model != '' AND m.input_tokens IS NOT NULL AND m.usage_note != 'unreadable' AND m.received_at >= {since:DateTime64(9, 'UTC')}
  AND m.start >= {from:DateTime64(9, 'UTC')} AND m.start < {to:DateTime64(9, 'UTC')}
  AND ({workflow:String} = '' OR m.workflow = {workflow:String})
  AND (m.local_cost IS NULL OR ({superseded:Bool} AND ${MAY_COST_OTHERWISE}))`;

/**
 * Runs with such reports, as they stand; whoever was repriced before stands at its newest price. Which runs may have one is
 * asked of the bare rows first, so that no more than those runs are put together.
 */
const RUNS = `
  SELECT DISTINCT toString(m.run_id) AS run_id FROM priced_model_calls AS m
  WHERE m.run_id IN (
      SELECT run_id FROM model_calls
      WHERE received_at >= {since:DateTime64(9, 'UTC')} AND ({superseded:Bool} OR local_cost IS NULL)
      SETTINGS final = 0)
    AND ${SCOPE} AND m.run_id > {after:UUID} AND (m.provider, m.model) IN (SELECT provider, model FROM price_book)
  ORDER BY m.run_id LIMIT {limit:UInt32}`;

const REPORTS = `
  SELECT toString(m.run_id) AS run_id, toString(m.span_hash) AS span_hash, m.workflow AS workflow, m.provider AS provider,
         m.model AS model, m.service_tier AS service_tier, toString(toUnixTimestamp64Milli(m.start)) AS start,
         m.input_tokens AS input_tokens, m.output_tokens AS output_tokens, m.cache_read_tokens AS cache_read_tokens,
         m.cache_creation_tokens AS cache_creation_tokens, m.cache_creation_1h_tokens AS cache_creation_1h_tokens,
         m.reasoning_tokens AS reasoning_tokens, m.price_id AS price_id, toString(m.local_cost) AS local_cost
  FROM priced_model_calls AS m WHERE m.run_id IN {runs:Array(UUID)} AND ${SCOPE}
  ORDER BY m.run_id, m.span_hash`;

/** The new price beside the old row, which stays as it is (invariant 8). The ids are copied inside the store. */
const INSERT = `
  INSERT INTO model_call_repricings (run_id, trace_id, span_id, span_hash, cost, price_version, price_id, repriced_by, replaced_at)
  SELECT run_id, trace_id, span_id, span_hash, toDecimal128({costs:Array(String)}[at], 15), {versions:Array(String)}[at],
         {ids:Array(String)}[at], {by:String}, greatest(received_at, repriced_at)
  FROM (SELECT *, indexOf({hashes:Array(UInt128)}, span_hash) AS at FROM model_calls WHERE run_id IN {runs:Array(UUID)}) AS m
  LEFT JOIN (
    SELECT run_id, trace_id, span_id, span_hash, max(received_at) AS repriced_at FROM model_call_repricings
    WHERE run_id IN {runs:Array(UUID)} GROUP BY run_id, trace_id, span_id, span_hash) AS r
    USING (run_id, trace_id, span_id, span_hash)
  WHERE at > 0`;

/** Runs that one query reads, and reports repriced by one statement; its parameters travel in the request's address. */
const RUNS_AT_ONCE = 100;
const REPORTS_AT_ONCE = 300;
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';
const NEVER = 9_214_646_400_000_000_000n;

/**
 * Prices reports anew, each at the prices of its own time, and writes what differs beside what was there.
 * @param limit most runs to look at; the rest begins after `next`, which is null where nothing is left
 */
export async function repriceCalls(
  deps: StoreDeps,
  book: PriceBook,
  scope: RepricingScope,
  { by = '', after = FIRST_UUID, limit = 100_000 }: { by?: string; after?: string; limit?: number } = {},
): Promise<RepricingCounts & { readonly next: string | null }> {
  const params = {
    superseded: scope.superseded,
    since: storeTime(scope.since ?? 0n),
    from: storeTime(scope.from ?? 0n),
    to: storeTime(scope.to ?? NEVER),
    workflow: scope.workflow ?? '',
  };
  const runs = await select(deps, z.object({ run_id: z.string() }), RUNS, { ...params, after, limit });
  let looked_at = 0;
  let repriced = 0;
  for (let at = 0; at < runs.length; at += RUNS_AT_ONCE) {
    const some = runs.slice(at, at + RUNS_AT_ONCE).map(({ run_id }) => run_id);
    const reports = await select(deps, reportRow, REPORTS, { ...params, runs: some });
    const anew = reports.flatMap((report) => pricedAnew(book, report));
    for (let from = 0; from < anew.length; from += REPORTS_AT_ONCE)
      await insertRepricings(deps.store, by, anew.slice(from, from + REPORTS_AT_ONCE));
    looked_at += reports.length;
    repriced += anew.length;
  }
  const last = runs.at(-1)?.run_id ?? null;
  return { looked_at, repriced, next: runs.length < limit ? null : last };
}

interface Repriced {
  readonly run_id: string;
  readonly span_hash: string;
  readonly cost: string;
  readonly price_version: string;
  readonly price_id: string;
}

/** What the book makes of a report now, unless that is the price that it has. */
function pricedAnew(book: PriceBook, report: ReportRow): Repriced[] {
  const { run_id, span_hash, workflow, service_tier, start } = report;
  const usage = usageOf(report);
  const entry = entryFor(book.find(report.provider, report.model)?.entries ?? [], {
    ...{ workflow, service_tier, input_tokens: inputTotal(usage) },
    at: new Date(start).toISOString(),
  });
  const pricing = priceCall(usage, entry?.rates);
  if (pricing.kind === 'unpriced' || entry === undefined || entry.price_id === report.price_id) return [];
  const { price_id, price_version } = entry;
  return [{ run_id, span_hash, cost: pricing.usd, price_version, price_id }];
}

/** The contract's usage of a stored report; what is not known is left out. */
export function usageOf(counts: { readonly [name in keyof Usage]?: number | null | undefined }): Usage {
  const names = [
    ...(['input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_creation_tokens'] as const),
    ...(['cache_creation_1h_tokens', 'reasoning_tokens'] as const),
  ];
  return Object.fromEntries(
    names.flatMap((name) => {
      const count = counts[name];
      return count === null || count === undefined ? [] : [[name, count]];
    }),
  );
}

async function insertRepricings(store: Deps['store'], by: string, anew: readonly Repriced[]): Promise<void> {
  await store.service.command({
    query: INSERT,
    query_params: {
      by,
      runs: [...new Set(anew.map(({ run_id }) => run_id))],
      hashes: anew.map(({ span_hash }) => BigInt(span_hash)),
      costs: anew.map(({ cost }) => cost),
      versions: anew.map(({ price_version }) => price_version),
      ids: anew.map(({ price_id }) => price_id),
    },
  });
}
