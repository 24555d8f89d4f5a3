import { defineControl, type JudgeContext } from './control.ts';
import { COUNTED_CALLS, type CountedCalls, countedCalls } from './counted-calls.ts';
import { EXAMPLE_TIME, exampleRow } from './examples.ts';
import { about, isForeign } from './rows.ts';

const example = (changes: Partial<CountedCalls> = {}): CountedCalls => ({
  ...exampleRow(),
  ...{
    principal: 'ops-agent',
    provider: 'openai',
    model: 'house-model',
    unpriced: true,
    reason: 'no_price',
    calls: 2,
  },
  ...{ spent: '0', last: EXAMPLE_TIME, until: EXAMPLE_TIME },
  ...changes,
});

export const modelCallPriced = defineControl({
  control: 'model_call_priced',
  severity: 'warning',
  description: 'Every counted model call has a cost. An unpriced one is unknown, not free.',
  graceSeconds: 30,
  clears: 'a price for these calls became known',
  query: COUNTED_CALLS,
  row: countedCalls,
  judge: (rows, context) =>
    rows
      .filter(({ unpriced }) => unpriced)
      .map((each) => ({
        ...about(each, context),
        ...(isForeign(each, context) ? { strangers: [each.principal] } : {}),
        key: `${each.provider}/${each.model}:${each.reason}${isItsOwn(each, context) ? '' : `:${each.principal}`}`,
        summary: `${each.calls} ${each.calls === 1 ? 'call' : 'calls'} of ${each.model || 'an unnamed model'} (${each.provider || 'unknown provider'}) ${each.calls === 1 ? 'has' : 'have'} no cost: ${REASONS[each.reason] ?? 'unknown'}.`,
        evidence: {
          ...{ principal: each.principal, provider: each.provider },
          model: each.model,
          reason: each.reason,
          unpriced_calls: each.calls,
        },
      })),
  examples: {
    passes: [{ name: 'a priced call', rows: [example({ unpriced: false, reason: '', spent: '0.5' })] }],
    fails: [
      { name: 'a model without a price', rows: [example()] },
      { name: 'the same by another key', rows: [example({ principal: 'sales-agent' })] },
    ],
  },
});

/** What the principal sent that registered the run, or came past a collector that knows keys. */
const isItsOwn = ({ run_id, principal }: CountedCalls, context: JudgeContext) =>
  principal === '' || principal === context.run(run_id)?.principal;

const REASONS: Readonly<Record<string, string>> = {
  no_usage: 'the call reported no usage',
  unreadable_usage: 'the call reported usage that cannot be',
  no_model: 'the call named no model',
  no_price: 'there is no price for the model',
  no_tier_price: 'there is no price for the service tier that the call was served by',
};
