import { isTold, type Scenario, type Truth } from '../scenarios.ts';
import type { Gap, Said, SetUp } from '../set-ups/set-up.ts';
import { charged, inUnits } from './bill.ts';
import type { Report } from './read.ts';

/**
 * How a cell came out. `exact`: tokens and cost are the provider's. `at_most`, `at_least`: tokens as far as the library says them
 * are, and its silence about the rest makes the cost too high or too low. `unknown`: counted, with no cost, as nobody was told.
 * `silent`: the library leaves no trace. `estimated`: numbers of its own pass for usage. `wrong`: not as it should be.
 */
export type Verdict = 'exact' | 'at_most' | 'at_least' | 'unknown' | 'silent' | 'estimated' | 'wrong';

export interface Cell {
  readonly setUp: SetUp;
  readonly scenario: Scenario;
  readonly verdict: Verdict;
  readonly reports: readonly Report[];
  /** What is wrong, in words. */
  readonly problems: readonly string[];
}

/** Holds the counted calls of one play against what the provider counted. */
export function judge(setUp: SetUp, scenario: Scenario, reports: readonly Report[]): Cell {
  const gap = setUp.gaps?.[scenario.name];
  const counted = reports.filter((report) => report.counted);
  const problems = [
    ...numberOf(counted, scenario, gap),
    ...counted.flatMap((report) => whoCounts(report, setUp, reports)),
    ...(gap === 'estimated'
      ? ownNumbers(counted, scenario)
      : counted.flatMap((report, nth) => usageOf(report, nth, setUp, scenario))),
  ];
  const verdict = problems.length > 0 ? 'wrong' : verdictOf(setUp, scenario, gap);
  return { setUp, scenario, verdict, reports, problems };
}

/** A failed call is one attempt that nobody billed; whether it used nothing, its span does not say. */
const callsOf = ({ truth, ends }: Scenario): number => (ends === 'failed' ? 1 : truth.length);

function numberOf(counted: readonly Report[], scenario: Scenario, gap: Gap | undefined): readonly string[] {
  const expected = gap === 'silent' ? 0 : callsOf(scenario);
  return counted.length === expected ? [] : [`${counted.length} calls counted, not ${expected}`];
}

function whoCounts(
  { scope_name, usage_note }: Report,
  { counts }: SetUp,
  reports: readonly Report[],
): readonly string[] {
  const expected = [counts].flat();
  // Where these say nothing, another one counts.
  const said = reports.some(
    (report) => expected.includes(report.scope_name) && report.usage_note !== 'absent',
  );
  if (expected.includes(scope_name) || !said || usage_note === 'absent') return [];
  return [`${scope_name} counts, not ${expected.join(' or ')}`];
}

/** Nothing on the span tells these from usage. When that changes, this fails, and the conventions can say so. */
function ownNumbers(counted: readonly Report[], { truth }: Scenario): readonly string[] {
  const [only] = counted;
  if (only === undefined || only.cost === null) return ['its own numbers are not taken for usage any more'];
  return only.input_tokens === truth[0]?.input ? ['its numbers are the provider’s now'] : [];
}

function usageOf(report: Report, nth: number, setUp: SetUp, scenario: Scenario): readonly string[] {
  const truth = scenario.truth[nth];
  if (truth === undefined || !isTold(scenario) || setUp.gaps?.[scenario.name] === 'untold')
    return unknown(report, truth);
  const { neverSays } = setUp;
  const differ = (name: string, seen: unknown, expected: unknown): readonly string[] =>
    seen === expected ? [] : [`${name}: ${seen}, not ${expected}`];
  const part = (said: Said, seen: number | null): readonly string[] => {
    const used = said === 'tier' ? 0 : (truth[said] ?? 0);
    if (neverSays.includes(said)) return differ(`${said} that it never says`, seen, null);
    // A part that was not used may be left out or said to be zero.
    return used === 0 && seen === null ? [] : differ(said, seen, used);
  };
  return [
    ...differ('input', report.input_tokens, truth.input),
    ...differ('output', report.output_tokens, truth.output),
    ...part('cacheRead', report.cache_read_tokens),
    ...part('cacheCreation', report.cache_creation_tokens),
    ...part('cacheCreationHour', report.cache_creation_1h_tokens),
    // A part of output at output's price, which some leave out; where it is said it is right.
    ...(report.reasoning_tokens === null
      ? []
      : differ('reasoning', report.reasoning_tokens, truth.reasoning ?? 0)),
    ...differ('tier', report.service_tier, neverSays.includes('tier') ? '' : (scenario.tier ?? '')),
    ...costOf(report, truth, setUp, scenario),
  ];
}

/** What was not told has no cost; what is known of it is right. */
function unknown(report: Report, truth: Truth | undefined): readonly string[] {
  return [
    ...(report.cost === null ? [] : [`costs ${report.cost}, though nobody knows`]),
    ...(report.output_tokens === null ? [] : [`output: ${report.output_tokens}, though nobody knows`]),
    ...(report.input_tokens === null || report.input_tokens === truth?.input
      ? []
      : [`input: ${report.input_tokens}, not ${truth?.input}`]),
  ];
}

function costOf(report: Report, truth: Truth, setUp: SetUp, scenario: Scenario): readonly string[] {
  if (report.cost === null) return ['has no cost'];
  const seen = inUnits(report.cost);
  const expected = charged(scenario, truth);
  const bound = boundOf(setUp, scenario);
  const holds =
    bound === 'at_most' ? seen >= expected : bound === 'at_least' ? seen <= expected : seen === expected;
  return holds ? [] : [`costs ${seen}, not ${expected} (${bound}; ten-billionths of a dollar)`];
}

/**
 * Cached tokens that are not said are charged as input, which is too much, and so is the standard tier for a call that was
 * served at the flex one; cache writes for an hour that are not said are charged as short ones, which is too little.
 */
function boundOf({ neverSays }: SetUp, { truth, tier }: Scenario): 'exact' | 'at_most' | 'at_least' {
  const hides = (said: 'cacheRead' | 'cacheCreationHour') =>
    neverSays.includes(said) && truth.some((call) => (call[said] ?? 0) > 0);
  if (hides('cacheRead') || (tier === 'flex' && neverSays.includes('tier'))) return 'at_most';
  return hides('cacheCreationHour') ? 'at_least' : 'exact';
}

function verdictOf(setUp: SetUp, scenario: Scenario, gap: Gap | undefined): Verdict {
  if (gap === 'silent' || gap === 'estimated') return gap;
  if (gap === 'untold' || !isTold(scenario)) return 'unknown';
  return boundOf(setUp, scenario);
}
