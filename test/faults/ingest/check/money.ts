import type { SpanFact, Story } from '../corpus/story.ts';
import type { Check, SessionFacts, Violation } from './rules.ts';
import type { CallSum } from './stored-facts.ts';

const NOTHING: CallSum = { calls: 0, unpriced: 0, cost: 0n };

/** What must be counted of a story: its calls of which a report is there. That those are all, another check says. */
export function callsOf(story: Story, isThere: (fact: SpanFact) => boolean): CallSum {
  const calls = story.calls.filter(({ reports }) => reports.some(isThere));
  const priced = calls.flatMap(({ cost }) => cost ?? []);
  return {
    calls: calls.length,
    unpriced: calls.length - priced.length,
    cost: priced.reduce((sum, cost) => sum + cost, 0n),
  };
}

export const callsCounted: Check = (facts) => {
  const { account, stored, overcounted } = facts;
  const wrong = account.stories.flatMap((story): Violation[] => {
    const expected = callsOf(story, isThereIn(facts));
    const found = stored.calls.get(story.trace) ?? NOTHING;
    if (same(expected, found)) return [];
    const what = `trace ${story.trace}: ${words(found)} counted, ${words(expected)} sent`;
    return [{ rule: 'calls_counted', what }];
  });
  const early = [...overcounted].map(
    (trace): Violation => ({
      rule: 'calls_counted',
      what: `trace ${trace}: for a moment more was counted than was sent`,
    }),
  );
  return [...wrong, ...early];
};

/** A report that was acknowledged has to count; one that nobody was told of counts if it is there. */
function isThereIn({ account, stored }: SessionFacts): (fact: SpanFact) => boolean {
  return (fact) => account.spans.get(fact.key)?.acknowledged === true || stored.reports.has(fact.id);
}

/** In all stories together: as sent, and as counted. */
export function totals(facts: SessionFacts): { readonly sent: CallSum; readonly counted: CallSum } {
  const isThere = isThereIn(facts);
  return {
    sent: sum(facts.account.stories.map((story) => callsOf(story, isThere))),
    counted: sum([...facts.stored.calls.values()]),
  };
}

function sum(sums: readonly CallSum[]): CallSum {
  return sums.reduce(
    (total, { calls, unpriced, cost }) => ({
      calls: total.calls + calls,
      unpriced: total.unpriced + unpriced,
      cost: total.cost + cost,
    }),
    NOTHING,
  );
}

export const same = (one: CallSum, other: CallSum): boolean =>
  one.calls === other.calls && one.unpriced === other.unpriced && one.cost === other.cost;

const words = ({ calls, unpriced, cost }: CallSum): string =>
  `${calls} calls (${unpriced} unpriced) of ${usd(cost)} USD`;

/** 10^-15 dollars as a decimal. */
export function usd(cost: bigint): string {
  const digits = String(cost).padStart(16, '0');
  return `${digits.slice(0, -15)}.${digits.slice(-15)}`;
}
