import { z } from 'zod';
import type { Issue } from '../errors.ts';
import { sha256Hex } from '../evidence/digest.ts';
import { type FileKind, type Finding, readYamlFile } from '../yaml-file.ts';
import { MAX_NAME } from './model-names.ts';
import { isStorable, TIMES_STORED } from './price-entry.ts';
import { serviceTierOf } from './service-tiers.ts';

const name = z.string().trim().min(1, { error: 'write a name' }).max(MAX_NAME);
const workflow = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, { error: 'write the name of a workflow' });

/** YAML may hold a decimal as a number; its shortest form is what was typed. */
const decimal = (error: string, holds: (text: string) => boolean) =>
  z.union([z.string(), z.number()], { error }).transform(String).refine(holds, { error });

/** At most a dollar a token, and with at most 9 decimals a price per token has 15. */
const perMillion = decimal(
  'write US dollars per million tokens, such as 2.50: not negative, at most 1000000, at most 9 decimals',
  (text) => /^(0|[1-9]\d{0,6})(\.\d{1,9})?$/.test(text) && Number(text) <= 1_000_000,
);
const percentage = decimal('write a percentage such as 12.5: 0 to 100, at most 2 decimals', (text) =>
  /^(0|[1-9]\d?)(\.\d{1,2})?$|^100$/.test(text),
);
/** YAML reads 2026-10-01 as text; a time of day may follow, in UTC. */
const moment = z
  .union([z.iso.date(), z.iso.datetime()], {
    error: 'write a date such as 2026-10-01, or 2026-10-01T12:00:00Z',
  })
  .refine(isStorable, { error: TIMES_STORED })
  .transform((text) => new Date(text).toISOString());

const prices = z.strictObject({
  input: perMillion,
  output: perMillion.optional(),
  cache_read: perMillion.optional().describe('What was read from a cache; as input where left out.'),
  cache_creation: perMillion
    .optional()
    .describe('What was written to a cache for five minutes; as input where left out.'),
  cache_creation_1h: perMillion.optional().describe('What was written to a cache for an hour.'),
  reasoning: perMillion.optional().describe('Reasoning; as output where left out.'),
});

const price = z.strictObject({
  provider: name.describe('As calls send it, or as the price list names it.'),
  model: name.describe(
    'As the price list names it, then for all of its names; or another name as calls send it, a dated one or a fine-tune, then for calls by that name and by names that begin with it. With discount_percent, * is every model.',
  ),
  workflows: z
    .array(workflow)
    .min(1)
    .optional()
    .describe('Only calls of these workflows; all where left out.'),
  service_tier: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/, { error: 'write standard, batch, flex, priority or the like' })
    .optional()
    .describe('Only calls that this tier of the provider’s service served; standard where left out.'),
  from: moment.optional().describe('Calls that start then or later.'),
  until: moment.optional().describe('Calls that start before then.'),
  above_input_tokens: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .optional()
    .describe('Only calls with more input tokens than this, cached ones included; then all of their tokens.'),
  usd_per_million: prices.optional().describe('US dollars per million tokens.'),
  discount_percent: percentage
    .optional()
    .describe('Instead of prices: so much less than the list, for every kind of token and every tier.'),
});

const alias = z.strictObject({
  provider: name.describe('As calls send it.'),
  model: name.describe('As calls send it: the name of a deployment, an inference profile, a fine-tune.'),
  is: z
    .string()
    .regex(/^[^/\s]+\/\S+$/, { error: 'write provider/model of the price list, such as azure/gpt-4o' })
    .describe('What it stands for: provider/model, as the price list names them.'),
});

/** The price file: what a company pays other than the list says, and what its own names stand for. */
export const priceFile = z.strictObject({
  schema: z.literal('tollgate.prices/1', { error: 'write: schema: tollgate.prices/1' }),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.-]{0,31}$/, {
      error: 'use lower-case letters, digits, "-", "_" and "." (at most 32)',
    })
    .optional()
    .describe('For the version that costs carry; the contents are part of it in any case.'),
  aliases: z.array(alias).max(1000).default([]),
  prices: z.array(price).max(1000).default([]).describe('The first that applies to a call counts.'),
});

export type PriceFile = z.output<typeof priceFile>;
export type PriceRule = PriceFile['prices'][number];

export type PriceFileResult =
  | { readonly kind: 'valid'; readonly file: PriceFile; readonly version: string }
  | { readonly kind: 'invalid'; readonly issues: readonly Issue[] };

const PRICE_FILE: FileKind<typeof priceFile> = { name: 'price file', schema: priceFile, crossCheck };

/**
 * Reads the text of a price file. Never throws: what is wrong comes back by line and field. The version names these very
 * contents, so that equal versions mean equal prices.
 */
export function parsePriceFile(text: string): PriceFileResult {
  const result = readYamlFile(text, PRICE_FILE);
  if (result.kind === 'invalid') return result;
  const digest = sha256Hex(JSON.stringify(result.value)).slice(0, 12);
  return { kind: 'valid', file: result.value, version: `${result.value.name ?? 'price-file'}/${digest}` };
}

/** JSON Schema (2020-12) of the price file, for editors to complete and check it while it is written. */
export function priceFileJsonSchema(): Record<string, unknown> {
  return { title: 'Tollgate prices', ...z.toJSONSchema(priceFile, { io: 'input', target: 'draft-2020-12' }) };
}

function crossCheck(file: PriceFile): Finding[] {
  return [
    ...file.prices.flatMap(ruleFindings),
    ...file.prices.flatMap((rule, index) => unreachable(file.prices.slice(0, index), rule, index)),
    ...repeatedAliases(file),
  ];
}

function ruleFindings(rule: PriceRule, index: number): Finding[] {
  const at = (field: string) => ['prices', index, field];
  const findings: Finding[] = [];
  const discounted = rule.discount_percent !== undefined;
  if (discounted === (rule.usd_per_million !== undefined))
    findings.push({ path: ['prices', index], message: 'give either usd_per_million or discount_percent' });
  if (rule.model === '*' && !discounted)
    findings.push({ path: at('model'), message: 'only a discount can be for every model; name the model' });
  if (discounted && (rule.service_tier !== undefined || rule.above_input_tokens !== undefined))
    findings.push({
      path: at('discount_percent'),
      message: 'a discount holds for every tier; give prices with service_tier or above_input_tokens',
    });
  if (rule.from !== undefined && rule.until !== undefined && rule.from >= rule.until)
    findings.push({ path: at('until'), message: 'must be after from' });
  return findings;
}

/** Of the prices of a model the first that applies counts, so that one after a wider one would never apply. */
function unreachable(before: readonly PriceRule[], rule: PriceRule, index: number): Finding[] {
  const wider = before.findIndex((each) => covers(each, rule));
  if (wider < 0) return [];
  return [
    {
      path: ['prices', index],
      message: `never applies, as prices[${wider}] comes first and applies to the same calls; put the narrower one first`,
    },
  ];
}

function covers(wide: PriceRule, narrow: PriceRule): boolean {
  return (
    wide.provider === narrow.provider &&
    wide.model === narrow.model &&
    (wide.workflows === undefined
      ? narrow.workflows === undefined
      : (narrow.workflows ?? ['']).every((name) => wide.workflows?.includes(name))) &&
    (wide.discount_percent !== undefined ||
      serviceTierOf(wide.service_tier) === serviceTierOf(narrow.service_tier)) &&
    (wide.from ?? '') <= (narrow.from ?? '') &&
    (wide.until === undefined || (narrow.until !== undefined && narrow.until <= wide.until)) &&
    (wide.above_input_tokens ?? -1) <= (narrow.above_input_tokens ?? -1)
  );
}

function repeatedAliases({ aliases }: PriceFile): Finding[] {
  const seen = new Set<string>();
  return aliases.flatMap(({ provider, model }, index) => {
    const key = JSON.stringify([provider, model]);
    if (seen.has(key))
      return [{ path: ['aliases', index, 'model'], message: `"${model}" has an alias already` }];
    seen.add(key);
    return [];
  });
}
