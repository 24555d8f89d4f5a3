import { z } from 'zod';
import { defineControl } from './control.ts';
import { exampleRow } from './examples.ts';
import { about, claimed } from './rows.ts';

const row = z.object({
  ...claimed,
  provider: z.string(),
  model: z.string(),
  reason: z.string(),
  calls: z.coerce.number(),
});
type Row = z.output<typeof row>;

/** The counted calls of each run whose cost nobody knows. */
const query = `
  SELECT toString(c.run_id) AS run_id, any(c.workflow) AS workflow, '' AS policy_version, any(c.owner) AS owner,
         any(c.team) AS team, c.provider AS provider, c.model AS model, c.unpriced_reason AS reason, count() AS calls,
         toString(toUnixTimestamp64Nano(min(c.received_at))) AS since
  FROM counted_model_calls AS c
  WHERE c.run_id IN {runs:Array(UUID)} AND c.cost IS NULL
  GROUP BY c.run_id, c.provider, c.model, c.unpriced_reason`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  ...{ provider: 'openai', model: 'house-model', reason: 'no_price', calls: 2 },
  ...changes,
});

export const modelCallPriced = defineControl({
  control: 'model_call_priced',
  severity: 'warning',
  description: 'Every counted model call has a cost. An unpriced one is unknown, not free.',
  graceSeconds: 30,
  clears: 'a price for these calls became known',
  query,
  row,
  judge: (rows, context) =>
    rows.map((each) => ({
      ...about(each, context),
      key: `${each.provider}/${each.model}:${each.reason}`,
      summary: `${each.calls} ${each.calls === 1 ? 'call' : 'calls'} of ${each.model || 'an unnamed model'} (${each.provider || 'unknown provider'}) ${each.calls === 1 ? 'has' : 'have'} no cost: ${REASONS[each.reason] ?? 'unknown'}.`,
      evidence: {
        provider: each.provider,
        model: each.model,
        reason: each.reason,
        unpriced_calls: each.calls,
      },
    })),
  examples: {
    passes: [{ name: 'nothing unpriced', rows: [] }],
    fails: [{ name: 'a model without a price', rows: [example()] }],
  },
});

const REASONS: Readonly<Record<string, string>> = {
  no_usage: 'the call reported no usage',
  unreadable_usage: 'the call reported usage that cannot be',
  no_model: 'the call named no model',
  no_price: 'there is no price for the model',
  no_tier_price: 'there is no price for the service tier that the call was served by',
};
