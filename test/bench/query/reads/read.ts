import type { BenchStore } from '../../ingest/store.ts';
import type { BenchService } from '../service.ts';

/** One question, as it is put to the service and, by who has only the exporter's table, to ClickHouse. */
export interface Question {
  /** Path and query string of the API. */
  readonly path: string;
  readonly theirs: { readonly query: string; readonly params: Readonly<Record<string, unknown>> } | undefined;
}

export interface Ground {
  readonly store: BenchStore;
  readonly service: BenchService;
  /** When the data ends (ns since 1970). */
  readonly now: bigint;
}

/** A kind of reading that is measured. */
export interface Read {
  readonly name: string;
  /** What is asked, for people. */
  readonly what: string;
  /** What the p95 of ours is to be below. */
  readonly wantedMs: number | undefined;
  questions(ground: Ground, count: number): Promise<readonly Question[]>;
}

export interface SomeRun {
  readonly run_id: string;
  readonly trace_id: string;
  /** ns since 1970. */
  readonly started: string;
}

/** Runs chosen by a hash of their id; the same ones again for the same salt. */
export async function someRuns({ store }: Ground, count: number, salt: string): Promise<readonly SomeRun[]> {
  return store.rows<SomeRun>(`
    SELECT toString(run_id) AS run_id, lower(hex(any(trace_id))) AS trace_id, toString(toUnixTimestamp64Nano(min(start))) AS started
    FROM tollgate.spans GROUP BY run_id ORDER BY sipHash64(run_id, '${salt}') LIMIT ${count}`);
}

/** The element of a list for this number. */
export function nth<T>(list: readonly T[], number: number): T {
  const found = list[number % list.length];
  if (found === undefined) throw new Error('an empty list has no element');
  return found;
}

const DAY = 86_400_000;

/** A UTC day so many days before the data ends, e.g. `2026-11-27`. */
export const dayBefore = ({ now }: Ground, days: number): string =>
  new Date(Number(now / 1_000_000n) - days * DAY).toISOString().slice(0, 10);
