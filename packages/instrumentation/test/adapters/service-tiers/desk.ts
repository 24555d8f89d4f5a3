import type { Tollgate } from '../../../src/face.ts';
import { type House, openHouse, SAM } from '../../support/house.ts';
import { chainOf } from '../../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../../support/workflows.ts';
import { openProvider, type Service } from './provider.ts';

/** 1000 tokens in and 100 out of gpt-5-mini, at 0.25 and 2 USD a million. */
const FEW = { input: 1000, output: 100 };
const ORDINARY_USD = '0.00045';
const HALF_USD = '0.000225';

/**
 * 500 new tokens at 3 USD a million of claude-sonnet-4-5, 2000 read from a cache at 0.30, 400 written to it for five minutes at 3.75 and
 * 600 for an hour at 6, and 100 out at 15. With all writes for five minutes it would be 0.00735.
 */
const CACHED = { input: 3500, cacheRead: 2000, cacheCreation: 1000, cacheCreationHour: 600, output: 100 };
const CACHED_USD = '0.0087';

/** What a call is asked for and how it is served, and what is on record then. */
export interface Case {
  readonly asked: string | undefined;
  readonly service: Service;
  readonly tier: string | undefined;
  readonly usd: string | null;
}

const served = (
  asked: string | undefined,
  tier: Service['tier'],
  counts: string,
  usd: string | null,
): Case => ({
  asked,
  service: { truth: FEW, ...(tier === undefined ? {} : { tier }) },
  tier: counts,
  usd,
});
const unsaid = (asked: string | undefined, usd: string | null): Case => ({
  asked,
  service: { truth: FEW, tierUnsaid: true },
  tier: asked,
  usd,
});

/** Nobody but the request says anything: what was asked for counts. */
export const UNSAID: readonly Case[] = [
  unsaid('flex', HALF_USD),
  unsaid('priority', null),
  unsaid(undefined, ORDINARY_USD),
];

/** The answer rules, also where the provider did not serve what was asked for. */
export const SAID: readonly Case[] = [
  served('flex', 'flex', 'flex', HALF_USD),
  served('flex', undefined, 'standard', ORDINARY_USD),
  served('priority', 'priority', 'priority', null),
  served('priority', undefined, 'standard', ORDINARY_USD),
  // The tier of a project, which its calls do not ask for.
  served(undefined, 'flex', 'flex', HALF_USD),
  served(undefined, 'priority', 'priority', null),
  ...UNSAID,
];

/** One call of Anthropic's with cache writes of both kinds, and what is on record then. */
export const CACHE_WRITES: Case & { readonly hour: number } = {
  asked: undefined,
  service: { truth: CACHED },
  tier: 'standard',
  usd: CACHED_USD,
  hour: 600,
};

/** The same, served by a tier that has no price. */
export const CACHE_WRITES_FIRST: Case & { readonly hour: number } = {
  ...CACHE_WRITES,
  service: { truth: CACHED, tier: 'priority' },
  tier: 'priority',
  usd: null,
};

export type Desk = Awaited<ReturnType<typeof openDesk>>;

/** A house whose agents speak to a provider that serves them as it is told; `perCall: false`: the workflow has no ceiling for a call. */
export async function openDesk({ perCall = true } = {}) {
  const provider = await openProvider();
  const house = await openHouse(
    perCall ? INTERNAL_WORKFLOW : INTERNAL_WORKFLOW.replace(', per_call: "0.50"', ''),
  );
  const tollgate = await house.start();
  return {
    provider,
    tollgate,
    /** Serves a run's calls, and says what is on record of them. */
    async bill<T>(service: Service, body: () => Promise<T>) {
      provider.service = service;
      return billOf(house, tollgate, body);
    },
    async close() {
      await house.close();
      await provider.close();
    },
  };
}

async function billOf<T>(house: House, tollgate: Tollgate, body: () => Promise<T>) {
  const result = await tollgate.run({ initiator: SAM }, body);
  await tollgate.flush();
  const calls = chainOf(house.spans(), result.runId).filter(({ record }) => record.kind === 'model_called');
  return {
    result,
    calls: calls.map(({ attributes, record }) => ({
      tier: attributes['tollgate.service_tier'],
      hour: record.usage?.cache_creation_1h_tokens,
      usd: record.cost?.usd,
      outcome: record.outcome,
    })),
  };
}
