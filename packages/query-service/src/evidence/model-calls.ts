import { addUsd } from '@tollgate/contract';
import { z } from 'zod';
import { PLAIN, wasRepriced } from '../costs/plain-calls.ts';
import type { Deps } from '../deps.ts';
import { ofRun, ofRunParams, type RunTimes } from '../runs/run-times.ts';
import { isoFromNanos, select } from '../runs/select.ts';
import { isoTime } from '../state/time.ts';
import { firstRows, order, withoutCopies } from './first-rows.ts';

const text = z.string();
const tokens = z.coerce.number().nullable();

/** One report of a model call, whether it counts, and why. */
const shape = {
  provider: text,
  model: text,
  operation: text,
  scope_name: text,
  response_id: text,
  principal: text,
  trace_id: text,
  span_id: text,
  service_tier: text,
  cost_source: text,
  price_version: text,
  local_price_version: text,
  price_id: text,
  unpriced_reason: text,
  usage_note: text,
  /** `unreadable` where the provider reported a cost that cannot be read: what counts is then the local one. */
  cost_note: text,
  why: text,
};
const counts = {
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_tokens: tokens,
  cache_creation_tokens: tokens,
  cache_creation_1h_tokens: tokens,
  reasoning_tokens: tokens,
};
const costs = {
  /** Decimal US dollars: the cost that counts, the provider's where there is one; null where the call is unpriced. */
  cost_usd: text.nullable(),
  /** What the provider itself reported. */
  provider_cost_usd: text.nullable(),
  /** What the price book makes of the tokens, kept beside it. */
  local_cost_usd: text.nullable(),
};

export const modelCallAnswer = z.object({
  ...shape,
  ...counts,
  start: z.iso.datetime(),
  end: z.iso.datetime(),
  ...costs,
  counted: z.boolean(),
});
export type ModelCallAnswer = z.output<typeof modelCallAnswer>;

const row = z.object({
  ...shape,
  ...counts,
  /** Nanoseconds since 1970. */
  start: z.coerce.bigint(),
  end: isoFromNanos,
  ...costs,
  counted: z.coerce.boolean(),
  scope_version: text,
  span_hash: text,
});
type Row = z.output<typeof row>;
const plainRow = row.extend({
  repriced: z.coerce.boolean(),
  /** The greater, the earlier it was received. */
  receipt: z.coerce.bigint(),
});
type PlainRow = z.output<typeof plainRow>;

/** More than this of one run is not shown on a page; the export has all of it. */
export const MAX_CALLS = 20_000;

interface Verdict {
  readonly cost: string;
  readonly cost_source: string;
  readonly price_version: string;
  readonly cost_note: string;
  readonly why: string;
  readonly counted: string;
}

const reports = ({ cost, cost_source, price_version, cost_note, why, counted }: Verdict) => `
  SELECT m.provider AS provider, m.model AS model, m.operation AS operation, m.scope_name AS scope_name, m.scope_version AS scope_version,
    m.response_id AS response_id, m.principal AS principal, lower(hex(m.trace_id)) AS trace_id, lower(hex(m.span_id)) AS span_id,
    m.service_tier AS service_tier, m.local_price_version AS local_price_version, m.price_id AS price_id,
    m.unpriced_reason AS unpriced_reason, m.usage_note AS usage_note, m.input_tokens AS input_tokens, m.output_tokens AS output_tokens,
    m.cache_read_tokens AS cache_read_tokens, m.cache_creation_tokens AS cache_creation_tokens,
    m.cache_creation_1h_tokens AS cache_creation_1h_tokens, m.reasoning_tokens AS reasoning_tokens,
    toUnixTimestamp64Nano(m.start) AS start, toUnixTimestamp64Nano(m.end) AS end,
    m.provider_cost AS provider_cost_usd, m.local_cost AS local_cost_usd, ${cost} AS cost_usd, ${cost_source} AS cost_source,
    ${price_version} AS price_version, ${cost_note} AS cost_note, ${why} AS why, ${counted} AS counted, m.span_hash AS span_hash`;
const OF_PLAIN_CALLS = `${reports({ ...PLAIN, cost_note: 'm.cost_note', counted: 'true' })}, ${wasRepriced('m', 'run_id = {run_id:UUID}')} AS repriced, m.receipt AS receipt
  FROM model_calls AS m WHERE `;
/** The view that decides between reports is about what they cost, and has no notes. */
const NOTE_OF_REPORT = `if((m.span_id, m.span_hash) IN (
    SELECT span_id, span_hash FROM model_calls WHERE run_id = {run_id:UUID} AND cost_note != ''), 'unreadable', '')`;
const OF_CALLS = `${reports({
  ...{ cost: 'm.cost', cost_source: 'm.cost_source', price_version: 'm.price_version' },
  ...{ cost_note: NOTE_OF_REPORT, why: 'm.why', counted: 'm.counted' },
})} FROM model_call_reports AS m WHERE `;
const KEY = 'm.start, m.trace_id, m.span_id, m.span_hash';

/** Every report of a model call in a run by time, also those that do not count. @param times as `ofRun` has it */
export async function readModelCalls(
  deps: Pick<Deps, 'store'>,
  run_id: string,
  times: RunTimes | undefined,
): Promise<readonly ModelCallAnswer[]> {
  const [asked, params] = [ofRun('m.start', times), ofRunParams(run_id, times)];
  const stored = await firstRows(deps, plainRow, {
    ...{ rows: OF_PLAIN_CALLS + asked, params, limit: MAX_CALLS },
    ...{ key: KEY, order: `${KEY}, receipt DESC` },
  });
  const rows: Row[] = arePlain(stored)
    ? firstReceived(stored)
    : [...(await select(deps, row, `${OF_CALLS}${asked} ORDER BY ${KEY} LIMIT ${MAX_CALLS}`, params))];
  const shown = rows.sort(byKey).slice(0, MAX_CALLS);
  return shown.map(({ scope_version: _, span_hash: __, ...each }) => ({
    ...each,
    start: isoTime(each.start),
    cost_usd: shortest(each.cost_usd),
    provider_cost_usd: shortest(each.provider_cost_usd),
    local_cost_usd: shortest(each.local_cost_usd),
  }));
}

/** Of copies the one that the table keeps: a later one may have been priced otherwise. */
const firstReceived = (stored: readonly PlainRow[]): Row[] =>
  withoutCopies(
    stored.toSorted((a, b) => order(a.receipt, b.receipt)),
    keyOf,
  ).map(({ repriced: _, receipt: __, ...each }) => each);

const keyOf = ({ start, trace_id, span_id, span_hash }: Row) => [start, trace_id, span_id, span_hash];
const byKey = (a: Row, b: Row): number =>
  order(a.start, b.start) ||
  order(a.trace_id, b.trace_id) ||
  order(a.span_id, b.span_id) ||
  order(a.span_hash, b.span_hash);

const arePlain = (stored: readonly PlainRow[]): boolean =>
  areOfOneScope(stored) && !stored.some(({ repriced }) => repriced);

const areOfOneScope = (reports: readonly Row[]): boolean =>
  new Set(reports.map(({ scope_name, scope_version }) => JSON.stringify([scope_name, scope_version]))).size <=
  1;

/** Exact, without the zeros that the store's scale brings. */
const shortest = (usd: string | null): string | null => (usd === null ? null : addUsd(usd));
