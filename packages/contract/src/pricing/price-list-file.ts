import { z } from 'zod';
import { sha256Hex } from '../evidence/digest.ts';
import { UTC_TIME } from './list-entries.ts';
import { isStorable, TIMES_STORED } from './price-entry.ts';
import { type PriceList, priceListOf } from './price-list.ts';

/** A million for a million tokens is a dollar each, more than which no call is charged by. */
const amount = z.number().min(0).max(1_000_000);
const prices = z.record(
  z.string(),
  z.union([
    amount,
    z.object({ base: amount, tiers: z.array(z.object({ start: z.int().min(0), price: amount })).max(8) }),
  ]),
);
const utcTime = z.string().regex(UTC_TIME, { error: 'write a time of day in UTC, such as 16:30:00Z' });
const storedDay = z.iso.date().refine(isStorable, { error: TIMES_STORED });
const constraint = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start_date'), start_date: storedDay }),
  z.object({ type: z.literal('time_of_date'), start_time: utcTime, end_time: utcTime }),
]);
/** Older releases of the list leave the type of a condition to its fields. */
const condition = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null || 'type' in value) return value;
  return { type: 'start_date' in value ? 'start_date' : 'time_of_date', ...value };
}, constraint);

const pattern = z.string().max(1000).refine(compiles, { error: 'is not a regular expression' });
type Match =
  | { or: Match[] }
  | { and: Match[] }
  | { equals: string }
  | { starts_with: string }
  | { ends_with: string }
  | { contains: string }
  | { regex: string };
const match: z.ZodType<Match> = z.lazy(() =>
  z.union([
    z.object({ or: z.array(match) }),
    z.object({ and: z.array(match) }),
    z.object({ equals: z.string() }),
    z.object({ starts_with: z.string() }),
    z.object({ ends_with: z.string() }),
    z.object({ contains: z.string() }),
    z.object({ regex: pattern }),
  ]),
);

const model = z.object({
  id: z.string().min(1).max(256),
  match,
  prices: z.union([z.array(z.object({ constraint: condition.optional(), prices })).min(1), prices]),
});
const provider = z.object({
  id: z.string().min(1).max(256),
  name: z.string(),
  api_pattern: z.string(),
  provider_match: match.optional(),
  model_match: match.optional(),
  fallback_model_providers: z.array(z.string()).optional(),
  models: z.array(model),
});

export type PriceListFileResult =
  | { readonly kind: 'valid'; readonly list: PriceList }
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * Reads a release of the price list from a file, as the project genai-prices publishes it (`prices/new_data/v2/data.json`: an
 * array of providers). The version names these very contents.
 */
export function parsePriceListFile(text: string): PriceListFileResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'invalid', message: 'it is not JSON' };
  }
  const parsed = z.array(provider).min(1).safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      kind: 'invalid',
      message: `${issue?.path.map(String).join('.') || 'it'}: ${issue?.message ?? 'invalid'}`,
    };
  }
  const version = `genai-prices/file-${sha256Hex(text).slice(0, 12)}`;
  return { kind: 'valid', list: priceListOf(version, parsed.data.map(withoutAbsent)) };
}

/** Optional fields that are left out are not there, rather than undefined. */
function withoutAbsent<T extends z.output<typeof provider>>({
  provider_match,
  model_match,
  fallback_model_providers,
  models,
  ...rest
}: T) {
  return {
    ...rest,
    ...(provider_match === undefined ? {} : { provider_match }),
    ...(model_match === undefined ? {} : { model_match }),
    ...(fallback_model_providers === undefined ? {} : { fallback_model_providers }),
    models: models.map(({ prices: listed, ...about }) => ({
      ...about,
      prices: Array.isArray(listed)
        ? listed.map(({ constraint: when, prices: conditional }) =>
            when === undefined ? { prices: conditional } : { constraint: when, prices: conditional },
          )
        : listed,
    })),
  };
}

function compiles(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
