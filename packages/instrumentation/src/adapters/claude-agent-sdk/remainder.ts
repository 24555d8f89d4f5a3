import type { SDKResultMessage } from '@anthropic-ai/claude-agent-sdk';
import type { ModelUsageReport } from '../../face.ts';
import { recordUsage } from '../../model/meter.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { ORDINARY_TIER } from '../shared/service-tier.ts';
import type { ModelResponse } from './response.ts';
import { beyond, type Totals, totalsOf } from './usage.ts';

/** Claude Code's own count, by model; of one session, each result repeats what came before it. */
export type SessionUsage = SDKResultMessage['modelUsage'];

const OUTPUT = 'Counted by Claude Code, and shown in none of its messages.';

/**
 * Puts on record what Claude Code counted and no message showed: compaction, summaries, classifiers. By model where that
 * can be told; tokens are what matters, so nothing is recorded where its count is below what the messages showed.
 */
export async function recordRemainder(
  run: GovernedRun,
  asked: Pick<ModelUsageReport, 'provider' | 'serviceTier'>,
  session: SessionUsage,
  responses: readonly ModelResponse[],
): Promise<void> {
  const counted = Object.entries(session).map(([name, usage]) => ({
    name,
    model: usage.canonicalModel ?? name,
    total: totalOf(usage),
  }));
  const whole = beyond(totalsOf(counted.map(({ total }) => total)), shownBy(responses));
  if (whole === undefined) return;
  const known = new Set<ModelResponse>();
  const parts = counted.flatMap(({ name, model, total }) => {
    const mine = responses.filter((response) =>
      [name, model].some((prefix) => response.model.startsWith(prefix)),
    );
    for (const response of mine) known.add(response);
    const usage = beyond(total, shownBy(mine));
    return usage === undefined ? [] : [{ model, usage }];
  });
  const { provider } = asked;
  const serviceTier = likelyTier(responses) ?? asked.serviceTier;
  const told = known.size === responses.length && equal(totalsOf(parts.map(({ usage }) => usage)), whole);
  for (const { model, usage } of told ? parts : [{ model: 'several models', usage: whole }])
    await recordUsage(run, { provider, serviceTier, model, usage, output: OUTPUT });
}

/** Nobody says which tier served the rest; where it was another than the ordinary one elsewhere, it may have been here. */
function likelyTier(responses: readonly ModelResponse[]): string | undefined {
  const served = responses.map((response) => response.servedTier());
  return served.find((tier) => tier !== undefined && tier !== ORDINARY_TIER);
}

function shownBy(responses: readonly ModelResponse[]): Totals {
  return totalsOf(responses.map((response) => response.tokens()));
}

function totalOf(usage: SessionUsage[string]): Totals {
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens } = usage;
  const { cacheCreationEphemeral1hInputTokens: hourly = 0 } = usage;
  return {
    inputTokens: inputTokens + cacheReadInputTokens + cacheCreationInputTokens,
    outputTokens,
    cacheReadTokens: cacheReadInputTokens,
    cacheCreationTokens: cacheCreationInputTokens,
    cacheCreation1hTokens: hourly,
  };
}

function equal(a: Totals, b: Totals): boolean {
  return (
    beyond(a, b) === undefined &&
    beyond(b, a) === undefined &&
    a.inputTokens === b.inputTokens &&
    a.outputTokens === b.outputTokens
  );
}
