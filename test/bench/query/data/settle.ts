import { setTimeout as sleep } from 'node:timers/promises';
import { DATABASE } from '@tollgate/clickhouse';
import { CONTROL_RESULTS } from '../../../../packages/query-service/src/rollups/control-results.ts';
import { COSTS } from '../../../../packages/query-service/src/rollups/costs.ts';
import { passOver } from '../../../../packages/query-service/src/rollups/pass.ts';
import { QUIET } from '../../../../packages/query-service/src/rollups/rollup.ts';
import type { BenchStore } from '../../ingest/store.ts';
import type { BenchService } from '../service.ts';
import { DAYS } from './plan.ts';

const MERGES_PATIENCE_MS = 1_200_000;

/**
 * Brings the store to where it is some minutes after the last span: merged as far as the engine merges by itself, and with days
 * rolled up as the service does in the background.
 */
export async function settle(
  store: BenchStore,
  service: BenchService,
  { isNew }: { isNew: boolean },
  print: (line: string) => void,
): Promise<void> {
  const start = performance.now();
  if (isNew) await sleep(Number(QUIET / 1_000_000n) + 2_000);
  while (performance.now() - start < MERGES_PATIENCE_MS && (await mergesUnderWay(store))) await sleep(1_000);
  for (const rollup of [COSTS, CONTROL_RESULTS]) {
    const { built, open } = await passOver(service.deps, rollup, { full: true, atMost: DAYS + 2 });
    print(`${rollup.table}: ${built} days are rolled up, ${open} are read from rows`);
  }
  print(`settled after ${Math.round((performance.now() - start) / 1000)} s`);
}

async function mergesUnderWay(store: BenchStore): Promise<boolean> {
  const rows = await store.rows<{ n: string }>(
    `SELECT count() AS n FROM system.merges WHERE database = '${DATABASE}'`,
  );
  return Number(rows[0]?.n) > 0;
}
