import { z } from 'zod';
import { price } from './price-shapes.ts';

const text = z.string();
const usd = z.string().nullable();

const report = z.object({
  scope_name: text,
  trace_id: text,
  span_id: text,
  counted: z.boolean(),
  why: text,
  usage_note: text,
  cost_usd: usd,
  cost_source: text,
  provider_cost_usd: usd,
  local_cost_usd: usd,
});

/** How the cost of a call came about, as the API answers it. */
export const explanation = z.object({
  provider: text,
  model: text,
  workflow: text,
  service_tier: text,
  at: text,
  usage: z.record(text, z.number().nullable()),
  stands_for: text.nullable(),
  price: price.nullable(),
  lines: z.array(z.object({ kind: text, tokens: z.number(), usd_per_token: text, usd: text })),
  local_usd: usd,
  unpriced_reason: text,
  stored: z
    .object({
      report,
      reports: z.array(report),
      prices: z.array(
        z.object({
          cost_source: text,
          cost_usd: usd,
          price_version: text,
          price_id: text,
          priced_at: text,
          priced_by: text,
          in_force: z.boolean(),
        }),
      ),
    })
    .nullable(),
});
export type Explanation = z.output<typeof explanation>;
