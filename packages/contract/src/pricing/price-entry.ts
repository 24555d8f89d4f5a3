import { sha256Hex } from '../evidence/digest.ts';
import type { TokenPrices } from './rates.ts';
import { STANDARD_TIER } from './service-tiers.ts';

/** Prices of a model and when they apply. Of a model's entries the first that applies to a call is its price. */
export interface PriceEntry {
  /** Names these prices for good: a hash of the whole entry. */
  readonly price_id: string;
  /** Whose prices they are, as the price list names it: `provider/model`. */
  readonly priced: string;
  /** Empty: every workflow. */
  readonly workflow: string;
  /** Empty: the ordinary service. */
  readonly service_tier: string;
  /** ISO 8601, UTC; from then on. */
  readonly valid_from: string;
  /** ISO 8601, UTC; up to then, or null. */
  readonly valid_until: string | null;
  /** Seconds of the UTC day, `from` inclusive; equal: the whole day. It may span midnight. */
  readonly daily: { readonly from: number; readonly until: number };
  /** Applies to calls with more input tokens than this (a long context), and then to all of their tokens; -1: to any. */
  readonly above: number;
  readonly rates: Required<TokenPrices>;
  readonly price_version: string;
  /** `list`, or `override` where a price file said it. */
  readonly origin: 'list' | 'override';
  /** How the prices came about, for people; e.g. "0.5 × the list price". */
  readonly note: string;
}

/** What decides which prices apply to a call. */
export interface PricedCall {
  readonly workflow: string;
  readonly service_tier: string;
  /** ISO 8601, UTC: the start of the call. */
  readonly at: string;
  /** Cached tokens included. */
  readonly input_tokens: number;
}

/** What the store's times can say, in which prices begin and end. */
export const TIMES_STORED = 'write a time from 1970 to 2261; leave out an end that never comes';

/** Whether a date or a time (ISO 8601) is one of those. */
export const isStorable = (time: string): boolean =>
  Date.parse(time) >= 0 && Date.parse(time) < Date.parse('2262-01-01');

const ALL_DAY = { from: 0, until: 0 } as const;

type EntryFields = Pick<PriceEntry, 'priced' | 'rates' | 'price_version' | 'origin'> & Partial<PriceEntry>;

/** An entry that applies always, unless `fields` say otherwise. */
export function priceEntry(fields: EntryFields): PriceEntry {
  const { price_id: _, ...entry } = {
    workflow: '',
    service_tier: STANDARD_TIER,
    valid_from: '1970-01-01T00:00:00.000Z',
    valid_until: null,
    daily: ALL_DAY,
    above: -1,
    note: '',
    ...fields,
  };
  return { price_id: sha256Hex(JSON.stringify(identity(entry))).slice(0, 32), ...entry };
}

/** The first entry that applies to the call, or undefined. */
export function entryFor(entries: readonly PriceEntry[], call: PricedCall): PriceEntry | undefined {
  return entries.find((entry) => applies(entry, call));
}

/**
 * Entries that can apply at a time (ISO 8601), in their order: without those that are not in force then, and without those that
 * an earlier one stands before whatever the call.
 */
export function entriesAt(entries: readonly PriceEntry[], at: string): readonly PriceEntry[] {
  const time = Date.parse(at);
  const live = entries.filter(
    ({ valid_from, valid_until }) =>
      time >= Date.parse(valid_from) && (valid_until === null || time < Date.parse(valid_until)),
  );
  return live.filter((entry, index) => !live.slice(0, index).some((earlier) => standsBefore(earlier, entry)));
}

function standsBefore(earlier: PriceEntry, entry: PriceEntry): boolean {
  const { from, until } = earlier.daily;
  return (
    (earlier.workflow === '' || earlier.workflow === entry.workflow) &&
    earlier.service_tier === entry.service_tier &&
    earlier.above <= entry.above &&
    (from === until || (from === entry.daily.from && until === entry.daily.until))
  );
}

function applies(entry: PriceEntry, { workflow, service_tier, at, input_tokens }: PricedCall): boolean {
  const time = Date.parse(at);
  return (
    (entry.workflow === '' || entry.workflow === workflow) &&
    entry.service_tier === service_tier &&
    time >= Date.parse(entry.valid_from) &&
    (entry.valid_until === null || time < Date.parse(entry.valid_until)) &&
    isWithin(entry.daily, Math.floor(time / 1000) % 86_400) &&
    input_tokens > entry.above
  );
}

function isWithin({ from, until }: PriceEntry['daily'], second: number): boolean {
  if (from === until) return true;
  return from < until ? second >= from && second < until : second >= from || second < until;
}

/** In a fixed order, so that equal entries have equal names. */
function identity(entry: Omit<PriceEntry, 'price_id'>): readonly unknown[] {
  const { rates } = entry;
  return [
    [entry.workflow, entry.service_tier, entry.valid_from, entry.valid_until],
    [entry.daily.from, entry.daily.until, entry.above],
    [
      rates.input,
      rates.output,
      rates.cache_read,
      rates.cache_creation,
      rates.cache_creation_1h,
      rates.reasoning,
    ],
    [entry.priced, entry.price_version, entry.origin, entry.note],
  ];
}
