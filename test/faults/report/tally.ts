import { openEnds } from '../check/effects.ts';
import { unaccountedGrants } from '../check/evidence.ts';
import { Ledger } from '../check/ledger.ts';
import type { TrialFacts } from '../lane/trial-facts.ts';
import { PLACES, placeName, VICTIMS, type Victim } from '../plan/steps.ts';
import type { Strike } from '../plan/trial.ts';
import type { SessionResult } from '../session.ts';

export type KillRow = Readonly<Record<Victim, number>>;
type Counts = Readonly<Record<string, number>>;

/** What was killed, and what was counted, from facts. */
export interface Tally {
  /** Processes that were killed; a strike at both counts twice. */
  readonly kills: number;
  readonly killed: Readonly<Record<string, KillRow>>;
  readonly trials: number;
  readonly runs: number;
  readonly resumes: number;
  readonly executions: { readonly class_3: number; readonly class_2: number };
  readonly approvals: Counts;
  readonly refusals: Counts;
  readonly unknown_outcomes: number;
  /** Grants that were consumed by a process that was killed before it acted. */
  readonly consumed_without_effect: number;
  /** Ends on record as a success by the process that saw it, and as unknown by one that went on with its run. */
  readonly succeeded_and_unknown: number;
  /** Effects, and used-up grants, whose process was killed before it could say how it went, and for which nobody asked again. */
  readonly left_open: { readonly class_3: number; readonly class_2: number; readonly grants: number };
  /** Effects of class 2 that a process which went on with the run did once more: nobody guards them but the agent itself. */
  readonly class_2_done_again: number;
  readonly agents: number;
  readonly services: number;
  readonly records: number;
  readonly records_in_outbox_at_death: number;
  readonly torn_frames: number;
}

export function tallyOf({ facts, ends }: SessionResult): Tally {
  const ledgers = facts.map((one) => new Ledger(one));
  const total = (of: (ledger: Ledger) => number) => ledgers.reduce((sum, one) => sum + of(one), 0);
  const strikes = facts.flatMap(({ struck }) => struck);
  const deaths = facts.flatMap((one) => one.deaths.map((death) => ({ ...death, runs: one.runs })));
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    kills: killsOf(strikes),
    killed: killedAt(strikes),
    trials: facts.length,
    runs: sum(facts.map(({ runs }) => runs.length)),
    resumes: sum(facts.map(({ resumes }) => resumes)),
    executions: {
      class_3: total(({ sends }) => sends.length),
      class_2: total(({ updates }) => updates.length),
    },
    approvals: countsOf(ledgers.flatMap(({ approvals }) => approvals.map(({ state }) => state))),
    refusals: countsOf(facts.flatMap(reasonsOf)),
    unknown_outcomes: total((ledger) => endsWith(ledger, 'unknown').length),
    consumed_without_effect: total(
      ({ approvals }) => approvals.filter(({ consumed, effects }) => consumed && effects.length === 0).length,
    ),
    succeeded_and_unknown: total((ledger) => {
      const succeeded = new Set(endsWith(ledger, 'succeeded'));
      return endsWith(ledger, 'unknown').filter((call) => succeeded.has(call)).length;
    }),
    left_open: {
      class_3: total((ledger) => openEnds(ledger).filter(({ tool }) => tool !== 'set_status').length),
      class_2: total((ledger) => openEnds(ledger).filter(({ tool }) => tool === 'set_status').length),
      grants: total((ledger) => unaccountedGrants(ledger).length),
    },
    class_2_done_again: total(
      ({ updates }) => updates.length - new Set(updates.map(({ run, call }) => `${run} ${call}`)).size,
    ),
    agents: sum(ends.map(({ agentsStarted }) => agentsStarted)),
    services: sum(ends.map(({ servicesStarted }) => servicesStarted)),
    records: total(({ records }) => records.length),
    records_in_outbox_at_death: sum(
      deaths.map(({ frames, runs }) => frames.filter(({ runId }) => runs.includes(runId)).length),
    ),
    torn_frames: sum(deaths.map(({ torn }) => torn)),
  };
}

export function killsOf(strikes: readonly Strike[]): number {
  return strikes.length + strikes.filter(({ victim }) => victim === 'both').length;
}

/** Calls that ended so, once each time that it was said. */
function endsWith({ records }: Ledger, outcome: string): readonly string[] {
  return records
    .filter(({ record }) => record.kind === 'tool_finished' && record.outcome === outcome)
    .map(({ record }) => `${record.run_id} ${record.call_id}`);
}

function reasonsOf({ heard }: TrialFacts): readonly string[] {
  return heard.flatMap(({ said }) => (said.kind === 'refused' ? [said.reason] : []));
}

function countsOf(words: readonly string[]): Counts {
  const groups = [...Map.groupBy(words, (word) => word)].map(([word, same]) => [word, same.length] as const);
  return Object.fromEntries(groups.sort(([, a], [, b]) => b - a));
}

function killedAt(strikes: readonly Strike[]): Readonly<Record<string, KillRow>> {
  const rows = [...PLACES.map(placeName), 'within 25 ms after a step', 'at random, by the clock'];
  const named = Map.groupBy(strikes, nameOf);
  return Object.fromEntries(rows.map((row) => [row, rowOf(named.get(row) ?? [])]));
}

function nameOf({ when }: Strike): string {
  if (when.kind === 'clock') return 'at random, by the clock';
  return when.kind === 'step' ? placeName(when.place) : 'within 25 ms after a step';
}

function rowOf(strikes: readonly Strike[]): KillRow {
  const count = (victim: Victim) => strikes.filter((strike) => strike.victim === victim).length;
  const [agent, service, both] = VICTIMS.map(count);
  return { agent: agent ?? 0, service: service ?? 0, both: both ?? 0 };
}
