import type { Deps } from '../deps.ts';
import { storeNow } from '../flags/touched-runs.ts';
import { buildDay } from './build-day.ts';
import { everyDay, openDays, type RolledDay, rolledDays, touchedDays } from './days.ts';
import { QUIET, type Rollup, SETTLED } from './rollup.ts';

export interface PassCounts {
  /** Days that are read from rows from now on, because something about them arrived. */
  opened: number;
  built: number;
  /** Days that are still read from rows. */
  open: number;
}

export interface PassOptions {
  /** Look through everything that is stored, as the first pass does, and not only through what is new. */
  readonly full?: boolean;
  /** Versions of days before this one are kept as they are: the rows are no longer all there. */
  readonly keptFrom?: string;
  /** Days that one pass builds at most, the newest first. */
  readonly atMost?: number;
}

type PassDeps = Pick<Deps, 'store'>;

/**
 * Brings a rollup in line with the rows: opens each day that something changed, and builds those that have been quiet.
 * Safe to run at any time and several times at once; a pass that dies is finished by the next.
 */
export async function passOver(
  deps: PassDeps,
  rollup: Rollup,
  { full = false, keptFrom = '1970-01-01', atMost = 32 }: PassOptions = {},
): Promise<PassCounts> {
  const started = await storeNow(deps);
  const { days: known, passedUntil } = await rolledDays(deps, rollup);
  const everything = full || passedUntil === 0n;
  const touched = new Map(everything ? await everyDay(deps, rollup) : []);
  // Every day is named already, and where there is no version yet, nothing that arrived can have spoilt one. A pass that found
  // an empty store leaves no version either: what came after it is for this one to find.
  const since = everything && known.size === 0 ? started : passedUntil - SETTLED;
  for (const [day, at] of await touchedDays(deps, rollup, since))
    touched.set(day, at > (touched.get(day) ?? 0n) ? at : (touched.get(day) ?? 0n));
  const changed = [...touched].filter(
    ([day, at]) => (day >= keptFrom || !known.has(day)) && !stands(known.get(day), at),
  );
  const opened = changed.map(([day]) => day);
  await openDays(deps, rollup, { days: opened, now: started, keptFrom });
  const open = [
    ...[...known.values()].filter((each) => each.open),
    ...opened.map((day) => ({ day, kept_from: keptFrom })),
  ];
  const due = open
    .filter((each) => !cameLate(each) && isQuiet(each.day, touched.get(each.day) ?? 0n, started))
    .map(({ day }) => day);
  const again = [...known.values()].filter(
    (each) => each.day >= keptFrom && !each.open && !opened.includes(each.day) && isUnsettled(each, started),
  );
  const days = [...due, ...again.map(({ day }) => day)].sort().reverse().slice(0, atMost);
  for (const day of days) await buildDay(deps, rollup, day, await storeNow(deps));
  return {
    opened: opened.length,
    built: days.length,
    open: open.length - due.filter((day) => days.includes(day)).length,
  };
}

/**
 * Whether the day was older than what is kept already when the first of it arrived. It has lost nothing yet, and more may arrive at
 * any time, so no version closes it: it stays open, and its rows go when they have been kept as long as others.
 */
const cameLate = ({ day, kept_from }: Pick<RolledDay, 'day' | 'kept_from'>): boolean => day < kept_from;

/** Whether a version holds although something about its day was received at that time. */
const stands = (day: RolledDay | undefined, at: bigint): boolean =>
  day !== undefined && (day.open || at < day.version - QUIET);

/** The day is over, and nothing about it has arrived for long enough. */
const isQuiet = (day: string, touched: bigint, now: bigint): boolean =>
  endOf(day) + QUIET <= now && touched + QUIET <= now;

/** Built so soon after its last row that one which took very long to become visible may be missing. */
const isUnsettled = ({ version, last_received }: RolledDay, now: bigint): boolean =>
  last_received + SETTLED > version && last_received + SETTLED <= now;

const endOf = (day: string): bigint => BigInt(Date.parse(day) + 86_400_000) * 1_000_000n;
