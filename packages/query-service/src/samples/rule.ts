import { createHmac } from 'node:crypto';

/** What of a class-2 action decides about its sampling. Nothing in it is of the agent's choosing. */
export interface Candidate {
  /** Issued by the service. */
  readonly run_id: string;
  /** Of the run's registration, not of its records. */
  readonly policy_version: string;
  /** Number of the action's record in its writer's chain. */
  readonly seq: number;
}

/**
 * A number in [0, 1) for one action, the same at every evaluation: the first 48 bits of HMAC-SHA-256 under a secret
 * that only the service holds.
 *
 * Why nothing here helps an agent: the run id is the service's, the policy version a person registered, and the number
 * in the chain is fixed by the chain. An agent can move an action to another number by writing more records before
 * it, but it cannot tell which number is sampled without the secret, and learns of a sample only after the action.
 * Tool, arguments, call id, times and writer are left out because it chooses them.
 */
export function samplingDraw(secret: string, { run_id, policy_version, seq }: Candidate): number {
  const mac = createHmac('sha256', Buffer.from(secret, 'hex')).update(
    JSON.stringify([run_id, policy_version, seq]),
  );
  return mac.digest().readUIntBE(0, 6) / 2 ** 48;
}

/** Of each new policy version, all class-2 actions of this many runs are reviewed. */
export const FIRST_RUNS = 3;

const SAMPLING_REASONS = ['drawn', 'first_runs', 'not_succeeded', 'cost_outlier', 'weekly_minimum'] as const;
export type SamplingReason = (typeof SAMPLING_REASONS)[number];

interface SamplingState {
  readonly sample_rate: number;
  readonly minimum_per_week: number;
  /** Place of the run among the runs registered with its policy version, from 1; undefined where it is not registered. */
  readonly run_ordinal: number | undefined;
  /** As the agent reports it; empty where the end of the action has not arrived. */
  readonly outcome: string;
  /** Of a run that cost far more than is usual. */
  readonly cost_outlier: boolean;
  /** Samples of the workflow in this UTC week so far. */
  readonly sampled_this_week: number;
}

/**
 * Why an action is sampled, or undefined. The draw comes first and depends on nothing else, so the minimum only ever
 * adds, and so do failures and outliers: an agent that fills it with harmless actions early in the week changes nothing about those drawn later.
 */
export function samplingReason(draw: number, state: SamplingState): SamplingReason | undefined {
  if (draw < state.sample_rate) return 'drawn';
  if (state.run_ordinal === undefined || state.run_ordinal <= FIRST_RUNS) return 'first_runs';
  if (state.outcome === 'failed' || state.outcome === 'unknown') return 'not_succeeded';
  if (state.cost_outlier) return 'cost_outlier';
  return state.sampled_this_week < state.minimum_per_week ? 'weekly_minimum' : undefined;
}

const DAY = 86_400_000_000_000n;

/** Start (ns) of the UTC week, from Monday, that a time lies in. 1970-01-05 was a Monday. */
export const weekStart = (time: bigint): bigint =>
  time - ((((time - 4n * DAY) % (7n * DAY)) + 7n * DAY) % (7n * DAY));
