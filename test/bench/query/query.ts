import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { rounded } from '../figures.ts';
import { BenchStore } from '../ingest/store.ts';
import { runsFor } from './data/plan.ts';
import { addRuns, makeDefaultTable } from './data/prepare.ts';
import { settle } from './data/settle.ts';
import { type MeasuredRead, measureRead } from './measure/measure-read.ts';
import { shownRead } from './measure/shown.ts';
import { costs } from './reads/costs.ts';
import { coverage } from './reads/coverage.ts';
import { evidence } from './reads/evidence.ts';
import { flags } from './reads/flags.ts';
import type { Read } from './reads/read.ts';
import { runs } from './reads/runs.ts';
import { readerOf, startBenchService } from './service.ts';

const READS: readonly Read[] = [evidence, flags, costs, runs, coverage];
export const QUERY_READS = READS.map(({ name }) => name);

export interface QueryOptions {
  /** A name of `QUERY_READS`; all of them where it is not given. */
  readonly only: string | undefined;
  readonly spans: number;
  /** Questions of each kind. */
  readonly reads: number;
  /** Where the generated store lies and stays. What lies there already is measured as it is. */
  readonly data: string | undefined;
  /** Wait until nothing is merged any more and days are rolled up; only tests do without. */
  readonly settle: boolean;
}

type Print = (line: string) => void;
type Measured = ReadonlyMap<string, MeasuredRead>;

/**
 * Latencies of the service's reads over generated spans, beside the same questions to the exporter's default table.
 * @returns p95 in ms and its ratio to the default table's, of each read; and by how much it grew since a tenth of the spans
 */
export async function benchQuery(print: Print, options: QueryOptions): Promise<Record<string, number>> {
  const directory = options.data ?? (await mkdtemp(join(tmpdir(), 'tollgate-bench-')));
  const kept = await generatedIn(directory);
  if (kept !== undefined && kept.runs !== runsFor(options.spans))
    throw new Error(`${directory} holds other data: of ${kept.runs} runs, not ${runsFor(options.spans)}`);
  await mkdir(directory, { recursive: true });
  const store = await BenchStore.open(directory);
  try {
    return await measured(store, options, kept?.now, print);
  } finally {
    await store.close({ keep: options.data !== undefined });
  }
}

const DAY_NS = 86_400n * 1_000_000_000n;

async function measured(
  store: BenchStore,
  options: QueryOptions,
  kept: bigint | undefined,
  print: Print,
): Promise<Record<string, number>> {
  const now = kept ?? BigInt(Date.now()) * 1_000_000n;
  const service = await startBenchService(store, now - 92n * DAY_NS);
  const client = readerOf(store);
  const look = async (): Promise<Measured> => {
    if (options.settle) await settle(store, service, { isNew: kept === undefined }, print);
    const found = new Map<string, MeasuredRead>();
    for (const read of READS.filter(({ name }) => options.only === undefined || options.only === name)) {
      const one = await measureRead(read, { store, service, now }, client, options.reads);
      found.set(read.name, one);
      for (const line of shownRead(read, one)) print(line);
    }
    return found;
  };
  try {
    if (kept !== undefined) return resultsOf(undefined, await look());
    await makeDefaultTable(store);
    const to = runsFor(options.spans);
    const tenth = Math.max(1, Math.round(to / 10));
    await addRuns(store, service, { from: 0, to: tenth, now }, print);
    const before = await look();
    await addRuns(store, service, { from: tenth, to, now }, print);
    if (options.data !== undefined) await rememberIn(options.data, { runs: to, now });
    return resultsOf(before, await look());
  } finally {
    await client.close();
    await service.close();
  }
}

function resultsOf(before: Measured | undefined, after: Measured): Record<string, number> {
  const results: Record<string, number> = {};
  for (const [name, { ours, theirs }] of after) {
    results[`${name}_p95_ms`] = rounded(ours.ms.p95);
    if (theirs !== undefined) results[`${name}_over_default_table`] = rounded(ours.ms.p95 / theirs.ms.p95);
    const tenth = before?.get(name);
    if (tenth !== undefined) results[`${name}_growth`] = rounded(ours.ms.p95 / tenth.ours.ms.p95);
  }
  return results;
}

const generated = z.object({ runs: z.int(), now: z.coerce.bigint() });
const fileIn = (directory: string) => join(directory, 'generated.json');

/** What a directory holds of an earlier run; nothing where that did not come to its end. */
async function generatedIn(directory: string): Promise<z.output<typeof generated> | undefined> {
  if (existsSync(fileIn(directory)))
    return generated.parse(JSON.parse(await readFile(fileIn(directory), 'utf8')));
  if (existsSync(join(directory, 'clickhouse')))
    throw new Error(`${directory} holds a store that is not whole: remove it, or name another directory`);
  return undefined;
}

const rememberIn = (directory: string, { runs: count, now }: z.output<typeof generated>) =>
  writeFile(fileIn(directory), JSON.stringify({ runs: count, now: String(now) }));
