import { z } from 'zod';

const text = z.string();
const rate = z.string().nullable();

/** A price, as the API answers it. */
export const price = z.object({
  price_id: text,
  priced: text,
  workflow: text,
  service_tier: text,
  valid_from: text,
  valid_until: text.nullable(),
  daily: z.object({ from: z.number(), until: z.number() }).nullable(),
  above_input_tokens: z.number().nullable(),
  usd_per_token: z.object({
    input: rate,
    cache_read: rate,
    cache_creation: rate,
    cache_creation_1h: rate,
    output: rate,
    reasoning: rate,
  }),
  price_version: text,
  origin: text,
  note: text,
});
export type Price = z.output<typeof price>;

/** When a price applies, in words. */
export function conditionsOf(of: Price): string {
  const { workflow, service_tier, valid_from, valid_until, daily, above_input_tokens: above } = of;
  const conditions = [
    ...(workflow === '' ? [] : [`workflow ${workflow}`]),
    ...(service_tier === '' ? [] : [service_tier]),
    ...(above === null ? [] : [`over ${above} tokens in`]),
    ...(valid_from.startsWith('1970-01-01') ? [] : [`from ${day(valid_from)}`]),
    ...(valid_until === null ? [] : [`until ${day(valid_until)}`]),
    ...(daily === null ? [] : [`${clock(daily.from)} to ${clock(daily.until)} UTC`]),
  ];
  return conditions.join(', ');
}

const day = (iso: string): string => iso.replace('T00:00:00.000Z', '');
const clock = (second: number): string => new Date(second * 1000).toISOString().slice(11, 16);
