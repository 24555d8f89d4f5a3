import { GEN_AI } from '@tollgate/contract';
import type { Rng } from '../../../support/rng.ts';
import type { ModelCall, SpanFact } from './story.ts';
import { spanOf, type Telling } from './telling.ts';

/** What `setPrices` of test/support knows; the other model has no price. */
export const PRICED_MODEL = 'gpt-4o';
const UNPRICED_MODEL = 'a-model-of-our-own';
/** Its price in 10^-15 US dollars a token. */
const PRICE = { uncached: 2_500_000_000n, cached: 1_250_000_000n, output: 10_000_000_000n };

/** A call that one library reports, or two: the copy has the same response id and usage, and must not count. */
export function modelCallOf(telling: Telling, index: number, rng: Rng): ModelCall {
  const cached = rng.below(500);
  const input = cached + 1 + rng.below(4000);
  const output = 1 + rng.below(800);
  const model = rng.chance(0.85) ? PRICED_MODEL : UNPRICED_MODEL;
  const scopes = rng.chance(0.3) ? ['openai-sdk', 'openinference'] : ['openai-sdk'];
  const reports = scopes.map(
    (scope): SpanFact =>
      spanOf(telling, `call ${index} ${scope}`, {
        name: `chat ${model}`,
        scope,
        start: telling.start + BigInt(index * 10),
        attributes: [
          [GEN_AI.operation, 'chat'],
          [GEN_AI.provider, 'openai'],
          [GEN_AI.responseModel, model],
          [GEN_AI.responseId, `response ${telling.name} ${index}`],
          [GEN_AI.inputTokens, { int: input }],
          [GEN_AI.outputTokens, { int: output }],
          [GEN_AI.cacheReadTokens, { int: cached }],
        ],
        fate: { kind: 'stored', report: true, toolCall: false },
      }),
  );
  const cost =
    BigInt(input - cached) * PRICE.uncached + BigInt(cached) * PRICE.cached + BigInt(output) * PRICE.output;
  return { reports, cost: model === PRICED_MODEL ? cost : undefined };
}
