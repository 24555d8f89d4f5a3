import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { greatest, least } from './run-times.ts';
import { select } from './select.ts';
import type { Slice } from './slices.ts';

const row = z.object({
  first: z.coerce.bigint(),
  last: z.coerce.bigint(),
  /** About so many runs; it only decides how much is read at once. */
  runs: z.coerce.bigint(),
});

/** Rows that wait to be merged away, and those that retention is about to take, only widen it. */
const EDGES = `
  SELECT toString(toUnixTimestamp64Nano(min(started_at))) AS first, toString(toUnixTimestamp64Nano(max(started_at))) AS last,
    count() AS runs
  FROM run_summaries HAVING count() > 0 SETTINGS final = 0`;

interface StartedRange {
  readonly range: Slice;
  /** How long (ns) it is from the first run that is stored to the last. */
  readonly stored: bigint;
  /** How long (ns) it takes until about so many runs have started. */
  readonly ofRuns: (count: number) => bigint;
}

/** As much of a range as runs can have started in: within what is stored, and not after where the page before ended (ns). */
export async function startedRange(
  deps: Pick<Deps, 'store'>,
  range: Slice,
  before: string | undefined,
): Promise<StartedRange> {
  const [edges] = await select(deps, row, EDGES, {});
  if (edges === undefined || edges.last < edges.first)
    return { range: { from: 0n, to: 0n }, stored: 0n, ofRuns: () => 0n };
  const { first, last, runs } = edges;
  const until = before === undefined ? range.to : least(range.to, BigInt(before) + 1n);
  return {
    range: { from: greatest(range.from, first), to: least(until, last + 1n) },
    stored: last - first,
    ofRuns: (count) => ((last - first + 1n) * BigInt(count)) / greatest(runs, 1n),
  };
}
