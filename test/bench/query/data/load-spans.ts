import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { DATABASE } from '@tollgate/clickhouse';
import type { BenchStore } from '../../ingest/store.ts';
import type { Stage } from './plan.ts';
import { runsSql } from './run-sql.ts';
import { spansSql } from './span-sql.ts';

/** About fifty thousand spans, as a collector under load inserts at once. */
const RUNS_AT_ONCE = 1_300;
/** As many inserts go on side by side as a collector has under load. */
const AT_ONCE = 2;
/** Of one block, on a machine that has other work. */
const PATIENCE_MS = 600_000;
const SAY_EVERY_MS = 10_000;

/** As the landing user has it: one batch may reach into many partitions, and equal rows are left for merges. */
const AS_LANDING = {
  max_partitions_per_insert_block: '0',
  optimize_on_insert: 0,
  max_insert_threads: '1',
} as const;

/** Writes the spans of a stage into the landing table, block by block in the order of time, as a collector would. */
export async function loadSpans(
  store: BenchStore,
  stage: Stage,
  versions: ReadonlyMap<string, string>,
  print: (line: string) => void,
): Promise<void> {
  const { url, credentials } = store.clickhouse;
  const client = createClient({
    ...{ url, username: credentials.owner.user, password: credentials.owner.password },
    request_timeout: PATIENCE_MS,
    log: { level: ClickHouseLogLevel.OFF },
  });
  let said = performance.now();
  let next = 0;
  const load = async (): Promise<void> => {
    while (next < stage.runs) {
      const at = next;
      next += RUNS_AT_ONCE;
      const runs = Math.min(RUNS_AT_ONCE, stage.runs - at);
      const block = { ...stage, from: stage.from + at, runs, first: stage.first + BigInt(at) * stage.step };
      await client.command({
        query: `INSERT INTO ${DATABASE}.otlp_spans ${spansSql(runsSql(block, versions))}`,
        clickhouse_settings: AS_LANDING,
      });
      if (performance.now() - said < SAY_EVERY_MS) continue;
      said = performance.now();
      print(`  ${at + runs} of ${stage.runs} runs are stored`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, load));
  await client.close();
}
