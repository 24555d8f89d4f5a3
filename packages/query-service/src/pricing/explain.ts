import {
  entryFor,
  inputTotal,
  type PriceEntry,
  priceCall,
  RATE_KINDS,
  serviceTierOf,
  TollgateError,
  type Usage,
} from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { type ModelCallAnswer, modelCallAnswer, readModelCalls } from '../evidence/model-calls.ts';
import type { Identity } from '../identity/identity.ts';
import { findRun } from '../runs/read-runs.ts';
import { priceAnswer, toPriceAnswer } from './price-answer.ts';
import { currentBook } from './price-lists.ts';
import { visibleWorkflows } from './read-prices.ts';
import { usageOf } from './reprice.ts';
import { givenPrice, readGivenPrices, readPriceEntry } from './stored-prices.ts';

const tokens = z.int().nullable();

export const explanationAnswer = z.object({
  provider: z.string(),
  model: z.string(),
  workflow: z.string(),
  service_tier: z.string(),
  at: z.iso.datetime(),
  usage: z.object({
    input_tokens: tokens,
    output_tokens: tokens,
    cache_read_tokens: tokens,
    cache_creation_tokens: tokens,
    cache_creation_1h_tokens: tokens,
    reasoning_tokens: tokens,
  }),
  /** The model of the price list that the name stands for, as `provider/model`; null where nothing is known of it. */
  stands_for: z.string().nullable(),
  price: priceAnswer.nullable(),
  /** The bill; the lines sum to `local_usd`. */
  lines: z.array(
    z.object({ kind: z.enum(RATE_KINDS), tokens: z.int(), usd_per_token: z.string(), usd: z.string() }),
  ),
  local_usd: z.string().nullable(),
  /** Empty where there is a local cost. */
  unpriced_reason: z.string(),
  /** For a stored call only. */
  stored: z
    .object({
      /** The report that was asked about. */
      report: modelCallAnswer,
      /** Every report of the run that says the same as this one, with whether it counts and why. */
      reports: z.array(modelCallAnswer),
      /** Every price that the report was given, the one that counts first. */
      prices: z.array(givenPrice),
    })
    .nullable(),
});
type ExplanationAnswer = z.output<typeof explanationAnswer>;

export interface AskedCall {
  readonly provider: string;
  readonly model: string;
  readonly workflow: string;
  readonly service_tier: string;
  readonly at: string;
  readonly usage: Usage;
}

/** What a call would cost, by the price book as it is now. */
export async function explainUsage(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  call: AskedCall,
): Promise<ExplanationAnswer> {
  const visible = await visibleWorkflows(deps, identity);
  if (call.workflow !== '' && !visible(call.workflow)) throw new TollgateError('not_found');
  return { ...(await byBook(deps, call)), stored: null };
}

/**
 * How the cost of a stored call came about: by the price that it carries, whether that is in force still or not.
 * @throws TollgateError `not_found` where the run is not visible or the span reports no model call
 */
export async function explainCall(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  { run_id, span_id }: { run_id: string; span_id: string },
): Promise<ExplanationAnswer> {
  const { row: run, times } = await findRun(deps, identity, run_id);
  const calls = await readModelCalls(deps, run_id, times);
  const ofSpan = calls.filter((call) => call.span_id === span_id);
  const report = ofSpan.find(({ counted }) => counted) ?? ofSpan[0];
  if (report === undefined)
    throw new TollgateError('not_found', `No span ${span_id} of this run reports a model call.`);
  const [entry, prices] = await Promise.all([
    readPriceEntry(deps, report.price_id),
    readGivenPrices(deps, run_id, span_id),
  ]);
  const call = {
    ...{ provider: report.provider, model: report.model, service_tier: report.service_tier },
    workflow: run.workflow,
    at: report.start,
    usage: usageOf(report),
  };
  const explained = entry === undefined ? await byBook(deps, call) : explanation(call, entry.priced, entry);
  const stored = { report, reports: relatedTo(report, calls), prices };
  // What of it could be read is not what it used.
  const unreadable = { lines: [], local_usd: null, unpriced_reason: 'unreadable_usage' };
  return { ...explained, ...(report.usage_note === 'unreadable' ? unreadable : {}), stored };
}

async function byBook(deps: Pick<Deps, 'store'>, call: AskedCall) {
  const name = (await currentBook(deps)).find(call.provider, call.model);
  const entry = entryFor(name?.entries ?? [], {
    ...call,
    service_tier: serviceTierOf(call.service_tier),
    input_tokens: inputTotal(call.usage),
  });
  const hasTier = name?.entries.some(({ service_tier }) => service_tier === serviceTierOf(call.service_tier));
  const standsFor = name === undefined ? null : `${name.priced.provider}/${name.priced.model}`;
  return explanation(call, standsFor, entry, hasTier === false ? 'no_tier_price' : undefined);
}

function explanation(
  { usage, ...call }: AskedCall,
  stands_for: string | null,
  entry: PriceEntry | undefined,
  why?: string,
): Omit<ExplanationAnswer, 'stored'> {
  const pricing = priceCall(usage, entry?.rates);
  const isPriced = pricing.kind === 'priced';
  const noPrice = pricing.kind === 'unpriced' && pricing.reason === 'no_price' ? why : undefined;
  return {
    ...call,
    usage: {
      input_tokens: usage.input_tokens ?? null,
      output_tokens: usage.output_tokens ?? null,
      cache_read_tokens: usage.cache_read_tokens ?? null,
      cache_creation_tokens: usage.cache_creation_tokens ?? null,
      cache_creation_1h_tokens: usage.cache_creation_1h_tokens ?? null,
      reasoning_tokens: usage.reasoning_tokens ?? null,
    },
    stands_for,
    price: entry === undefined ? null : toPriceAnswer(entry),
    lines: isPriced ? [...pricing.lines] : [],
    local_usd: isPriced ? pricing.usd : null,
    unpriced_reason: isPriced ? '' : (noPrice ?? pricing.reason),
  };
}

/** Reports of its principal that may be of the same call: those with its response id, and those with its tokens that lie in it or around it. */
function relatedTo(report: ModelCallAnswer, calls: readonly ModelCallAnswer[]): ModelCallAnswer[] {
  return calls.filter(
    (call) =>
      call.principal === report.principal &&
      (call === report ||
        (report.response_id !== '' && call.response_id === report.response_id) ||
        (call.input_tokens === report.input_tokens &&
          call.output_tokens === report.output_tokens &&
          ((call.start >= report.start && call.end <= report.end) ||
            (call.start <= report.start && call.end >= report.end)))),
  );
}
