import { durationSeconds } from '../../duration.ts';
import { canonicalJson } from '../../evidence/canonical-json.ts';
import { compareUsd } from '../../money.ts';
import { type Judgement, POLICY_EFFECTS, type PolicyEffect, type Rule } from './change.ts';

/** Rules for the shapes that fields come in; the tables beside this file say which field follows which. */

export const always =
  (effect: PolicyEffect, why: string): Rule =>
  () => ({ effect, why });

interface Bound {
  /** What a larger value does. */
  readonly more: 'loosens' | 'tightens';
  /** What the field limits, for the reason. */
  readonly what: string;
}

/** A limit without which everything is allowed: adding it tightens, taking it out loosens. */
const limit =
  (compare: (a: unknown, b: unknown) => number, { more, what }: Bound): Rule =>
  (before, after) => {
    if (before === undefined) return { effect: 'tightens', why: `${what}: now limited` };
    if (after === undefined) return { effect: 'loosens', why: `${what}: no longer limited` };
    const difference = compare(after, before);
    if (difference === 0) return { effect: 'neutral', why: `${what}: the same, written otherwise` };
    const direction = difference > 0 ? 'higher' : 'lower';
    return {
      effect: difference > 0 === (more === 'loosens') ? 'loosens' : 'tightens',
      why: `${what}: ${direction}`,
    };
  };

export const count = (bound: Bound): Rule => limit((a, b) => Number(a) - Number(b), bound);
export const amount = (bound: Bound): Rule => limit((a, b) => compareUsd(String(a), String(b)), bound);
export const time = (bound: Bound): Rule =>
  limit((a, b) => durationSeconds(String(a)) - durationSeconds(String(b)), bound);

/** A permission with a length of time: without it nothing is allowed. */
export const permittedTime =
  (what: string): Rule =>
  (before, after, files) => {
    if (before === undefined) return { effect: 'loosens', why: `${what}: now possible` };
    if (after === undefined) return { effect: 'tightens', why: `${what}: no longer possible` };
    return time({ more: 'loosens', what })(before, after, files);
  };

/** Values of which each one more does the same thing, e.g. names one more person who may approve. */
export const members =
  (added: PolicyEffect, removed: PolicyEffect, what: string): Rule =>
  (before, after) => {
    const [old, now] = [texts(before), texts(after)];
    const more = now.filter((each) => !old.includes(each));
    const fewer = old.filter((each) => !now.includes(each));
    if (more.length === 0 && fewer.length === 0)
      return { effect: 'neutral', why: `${what}: the same, in another order` };
    const said = [
      ...(more.length > 0 ? [`adds ${more.join(', ')}`] : []),
      ...(fewer.length > 0 ? [`takes out ${fewer.join(', ')}`] : []),
    ];
    return {
      effect: worst([...(more.length > 0 ? [added] : []), ...(fewer.length > 0 ? [removed] : [])]),
      why: `${what}: ${said.join('; ')}`,
    };
  };

/** A list in words: one that is reworded is both added and taken out, which only a person can judge. */
export const sentences =
  (added: PolicyEffect, removed: PolicyEffect, what: string): Rule =>
  (before, after, files) => {
    const old = texts(before);
    const now = texts(after);
    const reworded = now.some((each) => !old.includes(each)) && old.some((each) => !now.includes(each));
    if (reworded && added !== removed) return { effect: 'unclear', why: `${what}: other words` };
    return members(added, removed, what)(before, after, files);
  };

/** A constraint that narrows what is allowed where it is there. */
export const constraint =
  (what: string, changed: (before: unknown, after: unknown) => Judgement): Rule =>
  (before, after) => {
    if (before === undefined) return { effect: 'tightens', why: `${what}: now constrained` };
    if (after === undefined) return { effect: 'loosens', why: `${what}: no longer constrained` };
    return changed(before, after);
  };

/** A switch by its value where the file leaves it out. */
export const toggle =
  (absent: unknown, loose: unknown, what: string): Rule =>
  (before, after) => {
    const [old, now] = [before ?? absent, after ?? absent];
    if (old === now) return { effect: 'neutral', why: `${what}: what leaving it out means` };
    return {
      effect: now === loose ? 'loosens' : 'tightens',
      why: `${what}: ${String(old)} → ${String(now)}`,
    };
  };

function worst(effects: readonly PolicyEffect[]): PolicyEffect {
  return POLICY_EFFECTS.find((effect) => effects.includes(effect)) ?? 'neutral';
}

function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value.map((each) => (typeof each === 'string' ? each : canonicalJson(each)))
    : [];
}
