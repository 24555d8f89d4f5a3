import type { ControlState } from '../state/change.ts';
import { seconds } from '../state/time.ts';
import { Looks } from './looks.ts';

/** How the evaluations of one control state go on in this process. Losing it costs work, never a flag. */
export interface Course {
  /** When one last read back over everything that may have become visible late (ns, of the store's clock). */
  lookedBackAt: bigint;
  readonly looks: Looks;
  /** From when on what arrived may not have been judged by day and month; undefined in a new process. */
  periodsFrom: bigint | undefined;
  /** Before that (`performance.now`), days and months are left to a later evaluation. */
  periodsDueAt: number;
}

const courses = new WeakMap<ControlState, Course>();

export function courseOf(control: ControlState): Course {
  const known = courses.get(control);
  if (known !== undefined) return known;
  const course: Course = {
    looks: new Looks(),
    ...{ lookedBackAt: 0n, periodsFrom: undefined, periodsDueAt: 0 },
  };
  courses.set(control, course);
  return course;
}

interface Evaluation {
  readonly started: bigint;
  /** When the one before started (ns, of the store's clock). */
  readonly last: bigint;
  readonly continuous: boolean;
}

/** Rows carry the time at which their insert began, and are seen when it is over: in a moment, mostly. */
const OVERLAP = seconds(10);
/** Longer than any insert takes. */
const LONG_OVERLAP = seconds(120);
const LONG_EVERY = seconds(5);

/**
 * Since when what arrived is looked through again: most evaluations of a continuous course read a short stretch, and one in five
 * seconds the long one.
 */
export function readBackTo(course: Course, { started, last, continuous }: Evaluation): bigint {
  const isLong = !continuous || started - course.lookedBackAt >= LONG_EVERY;
  if (isLong) course.lookedBackAt = started;
  const from = last - (isLong ? LONG_OVERLAP : OVERLAP);
  return from < 0n ? 0n : from;
}

/** Days and months take at most this share of the time, however much was spent in them. */
const PERIODS_SHARE = 0.1;
const MOST_PERIODS_WAIT_MS = 600_000;
/** More than the longest wait: what a process that ended had not come to, the next one does. */
const PERIODS_OVERLAP = seconds(1200);

/** Since when what arrived is to be judged by day and month now; undefined where that waits. */
export function periodsFrom(
  course: Course,
  { since, last, continuous }: { readonly since: bigint | undefined } & Omit<Evaluation, 'started'>,
): bigint | undefined {
  if (since === undefined && continuous && performance.now() < course.periodsDueAt) return undefined;
  // What is still to be judged is judged as well, whatever was asked for: afterwards it counts as judged.
  const open = course.periodsFrom ?? last - PERIODS_OVERLAP;
  const from = since !== undefined && since < open ? since : open;
  return from < 0n ? 0n : from;
}

export function judgedPeriods(course: Course, started: bigint, took_ms: number): void {
  course.periodsFrom = started - LONG_OVERLAP;
  course.periodsDueAt = performance.now() + Math.min(took_ms / PERIODS_SHARE, MOST_PERIODS_WAIT_MS);
}
