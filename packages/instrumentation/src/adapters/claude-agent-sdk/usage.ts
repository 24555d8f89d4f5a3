import type { ModelUsage } from '../../face.ts';
import { hourWritesIn } from '../shared/hour-writes.ts';
import { isRecord } from './result.ts';

/** Anthropic's names for the tokens of one response; parts of a stream repeat and complete each other. */
export type RawUsage = Readonly<Record<string, unknown>>;

/** Usage of a later part over that of an earlier; what the later does not say stays. */
export function merged(before: RawUsage, later: unknown): RawUsage {
  const said = isRecord(later) ? Object.entries(later).filter(([, value]) => value != null) : [];
  return { ...before, ...Object.fromEntries(said) };
}

/**
 * One response's usage in the gate's words: Anthropic's input leaves out cache reads and creation, ours includes them.
 * A response that is not `final` has only begun, and its output tokens are not those that it will have.
 */
export function usageOf(raw: RawUsage, final: boolean): ModelUsage {
  const input = count(raw['input_tokens']);
  const cacheRead = count(raw['cache_read_input_tokens']);
  const cacheCreation = count(raw['cache_creation_input_tokens']);
  const details = raw['output_tokens_details'];
  return {
    inputTokens: input === undefined ? undefined : input + (cacheRead ?? 0) + (cacheCreation ?? 0),
    outputTokens: final ? count(raw['output_tokens']) : undefined,
    cacheReadTokens: cacheRead,
    cacheCreationTokens: cacheCreation,
    cacheCreation1hTokens: hourWritesIn(raw),
    reasoningTokens: final && isRecord(details) ? count(details['thinking_tokens']) : undefined,
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Sums over responses. */
export interface Totals {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheCreationTokens: number;
  readonly cacheCreation1hTokens: number;
}

const NONE: Totals = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheCreationTokens: 0,
  cacheCreation1hTokens: 0,
};

export function totalsOf(usages: readonly ModelUsage[]): Totals {
  return usages.reduce<Totals>(
    (sum, usage) => ({
      inputTokens: sum.inputTokens + (usage.inputTokens ?? 0),
      outputTokens: sum.outputTokens + (usage.outputTokens ?? 0),
      cacheReadTokens: sum.cacheReadTokens + (usage.cacheReadTokens ?? 0),
      cacheCreationTokens: sum.cacheCreationTokens + (usage.cacheCreationTokens ?? 0),
      cacheCreation1hTokens: sum.cacheCreation1hTokens + (usage.cacheCreation1hTokens ?? 0),
    }),
    NONE,
  );
}

/** What Claude Code counted and no response showed; undefined where that is nothing, or makes no sense. */
export function beyond(counted: Totals, shown: Totals): Totals | undefined {
  const rest = {
    inputTokens: counted.inputTokens - shown.inputTokens,
    outputTokens: counted.outputTokens - shown.outputTokens,
    cacheReadTokens: counted.cacheReadTokens - shown.cacheReadTokens,
    cacheCreationTokens: counted.cacheCreationTokens - shown.cacheCreationTokens,
  };
  const counts = Object.values(rest);
  if (counts.some((n) => n < 0) || counts.every((n) => n === 0)) return undefined;
  // Claude Code may count too few of these, and a part is never more than the whole.
  const hourly = counted.cacheCreation1hTokens - shown.cacheCreation1hTokens;
  return { ...rest, cacheCreation1hTokens: Math.min(Math.max(hourly, 0), rest.cacheCreationTokens) };
}
