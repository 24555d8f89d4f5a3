import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { COSTS } from '../rollups/costs.ts';
import { rolledDays } from '../rollups/days.ts';
import { QUIET } from '../rollups/rollup.ts';
import { select } from '../runs/select.ts';
import type { Slice } from '../runs/slices.ts';

interface DaysToRead {
  /** Each day that nothing has changed since it was rolled up, and the version of it that counts (ns). */
  readonly rolledUp: readonly (readonly [day: string, version: bigint])[];
  /** The days of the range that are read from rows. */
  readonly ofRows: readonly string[];
}

/** As `counted_costs` decides it, which takes the engine longer to plan than this to ask and decide. */
export async function daysToRead(deps: Pick<Deps, 'store'>, { from, to }: Slice): Promise<DaysToRead> {
  const { days, passedUntil, keptFrom } = await rolledDays(deps, COSTS);
  // Asked after them: what arrived before the pass that they are of is in them.
  const touched = await touchedSince(deps, passedUntil < QUIET ? 0n : passedUntil - QUIET);
  const first = dayOf(from);
  const last = dayOf(to);
  const firstWhole = dayOf(from + DAY - 1n);
  const stands = (day: string) => day < keptFrom || !touched.has(day);
  const rolledUp = [...days.values()].filter(
    ({ day, open }) => !open && day >= firstWhole && day < last && stands(day),
  );
  const pinned = new Set(rolledUp.map(({ day }) => day));
  const known = new Set([...touched, ...days.keys()]);
  return {
    rolledUp: rolledUp.map(({ day, version }) => [day, version]),
    ofRows: [...known].filter((day) => day >= first && day <= last && !pinned.has(day)).sort(),
  };
}

const DAY = 86_400_000_000_000n;
const dayOf = (time: bigint): string => storeTime(time).slice(0, 10);

/** Runs with a call that arrived, or got another price, since then. */
const RECENT = `
  SELECT run_id FROM model_calls WHERE received_at >= {since:DateTime64(9, 'UTC')}
  UNION ALL SELECT run_id FROM model_call_repricings WHERE received_at >= {since:DateTime64(9, 'UTC')}`;

/** None of their calls is before they started, and what lies before need not be read. */
const TOUCHED = `
  SELECT DISTINCT toString(toDate(m.start)) AS day FROM model_calls AS m
  WHERE m.run_id IN (${RECENT}) AND m.start >= (SELECT min(s.started_at) FROM run_summaries AS s WHERE s.run_id IN (${RECENT}))
  SETTINGS final = 0`;

const touchedRow = z.object({ day: z.string() });

/** The days of all calls of runs with something new: which of a run's reports are one call is decided within it. */
async function touchedSince(deps: Pick<Deps, 'store'>, since: bigint): Promise<ReadonlySet<string>> {
  const rows = await select(deps, touchedRow, TOUCHED, { since: storeTime(since) });
  return new Set(rows.map(({ day }) => day));
}
