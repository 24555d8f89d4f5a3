import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { select } from '../runs/select.ts';
import type { Rollup } from './rollup.ts';

type StoreDeps = Pick<Deps, 'store'>;

const nanos = (column: string) => `toString(toUnixTimestamp64Nano(${column})) AS ${column}`;

const dayRow = z.object({
  day: z.string(),
  version: z.coerce.bigint(),
  open: z.boolean(),
  last_received: z.coerce.bigint(),
  kept_from: z.string(),
});
/** The newest version of a day. Times in ns since 1970, by the store's clock. */
export type RolledDay = z.output<typeof dayRow>;

/** Of no day: no span is this old. The newest version of it says how far passes have come. */
const PASS_DAY = '1970-01-01';

interface RolledDays {
  /** The newest version of every day that has one. */
  readonly days: ReadonlyMap<string, RolledDay>;
  /** Until when (ns) everything has been looked through; 0 before the first pass. */
  readonly passedUntil: bigint;
  /** Rows of days before this one are no longer all there. */
  readonly keptFrom: string;
}

export async function rolledDays(deps: StoreDeps, { table }: Rollup): Promise<RolledDays> {
  const query = `
    SELECT toString(day) AS day, ${nanos('version')}, open, ${nanos('last_received')}, toString(kept_from) AS kept_from FROM (
      SELECT d.day AS day, max(d.version) AS version, argMax(d.open, d.version) AS open,
             argMax(d.last_received, d.version) AS last_received, argMax(d.kept_from, d.version) AS kept_from
      FROM ${table} AS d GROUP BY d.day)`;
  const rows = await select(deps, dayRow, query, {});
  const days = new Map(rows.map((row) => [row.day, row]));
  const pass = days.get(PASS_DAY);
  days.delete(PASS_DAY);
  return { days, passedUntil: pass?.version ?? 0n, keptFrom: pass?.kept_from ?? PASS_DAY };
}

const touchedRow = z.object({ day: z.string(), at: z.coerce.bigint() });

/** The days that something changed which was received since a time, and when the last of it was received (ns). */
export async function touchedDays(
  deps: StoreDeps,
  { touched }: Rollup,
  since: bigint,
): Promise<ReadonlyMap<string, bigint>> {
  return daysOf(deps, touched, { since: storeTime(since < 0n ? 0n : since) });
}

/** Every day that has rows, and when the last of them was received (ns). What else of their runs was, is not asked. */
export const everyDay = (deps: StoreDeps, rollup: Rollup): Promise<ReadonlyMap<string, bigint>> =>
  daysOf(deps, rollup.everyDay, {});

async function daysOf(
  deps: StoreDeps,
  days: string,
  params: Readonly<Record<string, unknown>>,
): Promise<ReadonlyMap<string, bigint>> {
  const query = `SELECT toString(day) AS day, ${nanos('at')} FROM (${days})`;
  const rows = await select(deps, touchedRow, query, params);
  return new Map(rows.map(({ day, at }) => [day, at]));
}

/**
 * Says that these days are to be read from rows, and that everything has been looked through until now (ns). One insert,
 * so that whoever sees the second sees the first.
 */
export async function openDays(
  { store }: StoreDeps,
  { table }: Rollup,
  { days, now, keptFrom }: { days: readonly string[]; now: bigint; keptFrom: string },
): Promise<void> {
  const rest = { version: storeTime(now), open: true, last_received: storeTime(0n), kept_from: keptFrom };
  await store.service.insert({
    table,
    columns: ['day', 'version', 'open', 'last_received', 'kept_from'],
    values: [PASS_DAY, ...days].map((day) => ({ day, ...rest })),
    format: 'JSONEachRow',
  });
}
