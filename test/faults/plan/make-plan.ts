import { type Rng, rngOf } from '../../support/rng.ts';
import { hardTrials } from './hard-trials.ts';
import { PLACES, type Place, VICTIMS, type Victim } from './steps.ts';
import type { Approver, Strike, Trial, Wanted } from './trial.ts';

export interface PlanOptions {
  readonly seed: number;
  /** How often each step is killed at, for each of agent, service and both. */
  readonly rounds: number;
  /** Each step once, its victim drawn by lot. */
  readonly quick?: boolean;
  /** Only steps of this name. */
  readonly only?: string | undefined;
  /** At most so many trials, drawn by lot. */
  readonly atMost?: number;
}

/** A step that the plan promises to kill at, and whom. */
interface Target {
  readonly place: Place;
  readonly victim: Victim;
}

/** The trials of a whole session: each has one target, and may be struck again on its way. The same seed plans the same. */
export function makePlan(options: PlanOptions): readonly Trial[] {
  const rng = rngOf(options.seed);
  const trials = targetsOf(options, rng).map((target, index) => trialFor(index + 1, target, rng));
  const isWhole = options.only === undefined && options.atMost === undefined;
  return isWhole ? [...hardTrials(trials.length + 1), ...trials] : trials;
}

/** The same target in another trial, when the step was not passed in the first. */
export function anotherTry(trial: Trial, id: number): Trial {
  return { ...trial, id, wanted: trial.wanted.map((one) => ({ ...one, args: ofTrial(one.args, id) })) };
}

/** The strike that a trial is there for. */
export function targetOf({ strikes }: Trial): Strike | undefined {
  return strikes.findLast(({ when }) => when.kind === 'step');
}

function targetsOf({ rounds, quick, only, atMost }: PlanOptions, rng: Rng): readonly Target[] {
  const places = only === undefined ? PLACES : PLACES.filter(({ step }) => step === only);
  const round = (): Target[] =>
    places.flatMap((place) =>
      (quick === true ? [rng.pick(VICTIMS)] : VICTIMS).map((victim) => ({ place, victim })),
    );
  const targets = Array.from({ length: rounds }, round).flat();
  return atMost === undefined ? shuffled(targets, rng) : shuffled(targets, rng).slice(0, atMost);
}

function shuffled<T>(items: readonly T[], rng: Rng): readonly T[] {
  return items
    .map((item) => ({ item, lot: rng.next() }))
    .sort((a, b) => a.lot - b.lot)
    .map(({ item }) => item);
}

function trialFor(id: number, { place, victim }: Target, rng: Rng): Trial {
  const approver = approverFor(place, rng);
  const wanted = wantedFor(id, approver, rng);
  const sends = wanted.filter(({ tool }) => tool !== 'set_status').length;
  const nth = place.side === 'gate' && place.actionClass === 3 ? 1 + rng.below(sends) : 1;
  const target: Strike = strikeAt({ kind: 'step', place, nth }, victim, approver, rng);
  const before: Strike[] = place.step.startsWith('run.resume.') ? [killedBefore(approver, rng)] : [];
  const after: Strike[] = [];
  for (let more = 0; more < 2 && rng.chance(0.4); more++) after.push(anyStrike(approver, rng));
  return {
    id,
    wanted,
    approver,
    parallel: rng.chance(0.4),
    strikes: [...before, target, ...after],
    callIds: rng.pick(['same', 'other']),
    collectorAway: rng.chance(0.5),
  };
}

function strikeAt(when: Strike['when'], victim: Victim, approver: Approver, rng: Rng): Strike {
  const restart: Strike['restart'] = rng.pick(['service_first', 'agent_first', 'together']);
  return { victim, when, restart, downMs: downFor(victim, approver, rng) };
}

/** Long enough for a grant of two seconds to lapse, or for a gate to give up; mostly at once, or a little later. */
function downFor(victim: Victim, approver: Approver, rng: Rng): number {
  if (approver === 'approves_and_it_lapses' && victim !== 'service') return 2300;
  return victim !== 'agent' && rng.chance(0.1) ? 4500 : rng.below(3) * 80;
}

/** A run can only be gone on with when its process died after it had one. */
function killedBefore(approver: Approver, rng: Rng): Strike {
  const place: Place = { side: 'gate', actionClass: 2, step: rng.pick(['call.judged', 'end.recorded']) };
  return strikeAt({ kind: 'step', place, nth: 1 }, 'agent', approver, rng);
}

/** Wherever it hits: shortly after a step, or by the clock. */
function anyStrike(approver: Approver, rng: Rng): Strike {
  const victim = rng.pick(VICTIMS);
  if (rng.chance(0.4)) return strikeAt({ kind: 'clock', share: rng.next() * 0.7 }, victim, approver, rng);
  const place = rng.pick(PLACES as [Place, ...Place[]]);
  const afterMs = rng.below(25);
  return strikeAt({ kind: 'after_step', place, nth: 1, afterMs }, victim, approver, rng);
}

/** Who has to decide how, so that the step is passed at all. */
function approverFor({ step }: Place, rng: Rng): Approver {
  if (step.startsWith('approval.withdraw')) return 'agent_withdraws';
  if (step.startsWith('approval.break_glass')) return 'breaks_glass';
  if (step.startsWith('approval.decide.')) return rng.pick(['approves', 'approves_late', 'refuses']);
  if (/^(call\.judged_again|grant|intent|tool|end)/.test(step))
    return rng.pick(['approves', 'approves', 'approves_late', 'approves_and_it_lapses', 'breaks_glass']);
  return rng.pick([
    'approves',
    'approves_late',
    'refuses',
    'lets_expire',
    'approves_and_it_lapses',
    'agent_withdraws',
    'withdrawn_while_approved',
    'breaks_glass',
  ]);
}

/** One ticket is updated, and one or two messages go out; two may be the same to the letter. */
function wantedFor(id: number, approver: Approver, rng: Rng): readonly Wanted[] {
  const isShort = approver === 'lets_expire' || approver === 'approves_and_it_lapses';
  const tool = isShort ? 'send_soon' : 'send_reply';
  const withdraws = approver === 'agent_withdraws' || approver === 'withdrawn_while_approved';
  const twins = rng.chance(0.3);
  const send = (nth: number): Wanted => ({
    callId: `send-${nth}`,
    tool,
    args: ofTrial({ ticket: '', text: twins ? 'Sorry.' : `Sorry, ${nth}.` }, id),
    ...(withdraws ? { withdrawAfterMs: 60 + rng.below(120) } : {}),
  });
  const sends = rng.chance(0.5) ? [send(1), send(2)] : [send(1)];
  const update: Wanted = {
    callId: 'update-1',
    tool: 'set_status',
    args: ofTrial({ ticket: '', nth: '1' }, id),
  };
  return rng.chance(0.5) ? [update, ...sends] : [...sends, update];
}

function ofTrial(args: Wanted['args'], id: number): Wanted['args'] {
  return { ...args, ticket: `T-${id}` };
}
