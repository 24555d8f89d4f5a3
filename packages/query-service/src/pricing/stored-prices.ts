import { addUsd, type PriceEntry } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { isoFromNanos, select } from '../runs/select.ts';

type StoreDeps = Pick<Deps, 'store'>;

/** One price that a report of a call was given. */
export const givenPrice = z.object({
  cost_source: z.enum(['provider', 'local']),
  /** Decimal US dollars; null where it had no price at insert. */
  cost_usd: z.string().nullable(),
  price_version: z.string(),
  price_id: z.string(),
  priced_at: z.iso.datetime(),
  /** Who had it repriced; empty where the service did so by itself. */
  priced_by: z.string(),
  /** The one that counts. */
  in_force: z.boolean(),
});
type GivenPrice = z.output<typeof givenPrice>;

const givenRow = givenPrice.extend({ priced_at: isoFromNanos, in_force: z.coerce.boolean() });
const GIVEN = `
  SELECT p.cost_source AS cost_source, toString(p.cost) AS cost_usd, p.price_version AS price_version, p.price_id AS price_id,
         toString(toUnixTimestamp64Nano(p.priced_at)) AS priced_at, p.priced_by AS priced_by, p.in_force AS in_force
  FROM model_call_prices AS p
  WHERE p.run_id = {run_id:UUID} AND lower(hex(p.span_id)) = {span_id:String}
  ORDER BY p.in_force DESC, p.priced_at DESC LIMIT 200`;

/** Every price that the reports of one span were given, the one that counts first. */
export async function readGivenPrices(
  deps: StoreDeps,
  run_id: string,
  span_id: string,
): Promise<GivenPrice[]> {
  const rows = await select(deps, givenRow, GIVEN, { run_id, span_id });
  return rows.map((row) => ({ ...row, cost_usd: row.cost_usd === null ? null : addUsd(row.cost_usd) }));
}

const rate = z
  .string()
  .nullable()
  .transform((usd) => (usd === null ? null : addUsd(usd)));
const entryRow = z.object({
  price_id: z.string(),
  priced: z.string(),
  workflow: z.string(),
  service_tier: z.string(),
  valid_from: isoFromNanos,
  valid_until: isoFromNanos.nullable(),
  daily_from: z.number(),
  daily_until: z.number(),
  above: z.coerce.number(),
  input: rate,
  output: rate,
  cache_read: rate,
  cache_creation: rate,
  cache_creation_1h: rate,
  reasoning: rate,
  price_version: z.string(),
  origin: z.enum(['list', 'override']),
  note: z.string(),
});
const RATES = ['input', 'output', 'cache_read', 'cache_creation', 'cache_creation_1h', 'reasoning'];
const ENTRY = `
  SELECT e.price_id AS price_id, e.priced AS priced, e.workflow AS workflow, e.service_tier AS service_tier,
         toString(toUnixTimestamp64Nano(e.valid_from)) AS valid_from, toString(toUnixTimestamp64Nano(e.valid_until)) AS valid_until,
         e.daily_from AS daily_from, e.daily_until AS daily_until, toString(e.above) AS above,
         ${RATES.map((name) => `toString(e.${name}) AS ${name}`).join(', ')},
         e.price_version AS price_version, e.origin AS origin, e.note AS note
  FROM price_entries AS e WHERE e.price_id = {price_id:String} LIMIT 1`;

/** A price by the name that costs carry, whenever it was in force; undefined for one that nobody wrote. */
export async function readPriceEntry(deps: StoreDeps, price_id: string): Promise<PriceEntry | undefined> {
  if (price_id === '') return undefined;
  const [row] = await select(deps, entryRow, ENTRY, { price_id });
  if (row === undefined) return undefined;
  const { daily_from, daily_until, input, output, cache_read, ...rest } = row;
  const { cache_creation, cache_creation_1h, reasoning, ...entry } = rest;
  return {
    ...entry,
    daily: { from: daily_from, until: daily_until },
    rates: { input, output, cache_read, cache_creation, cache_creation_1h, reasoning },
  };
}
