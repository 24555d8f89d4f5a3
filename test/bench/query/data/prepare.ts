import type { BenchStore } from '../../ingest/store.ts';
import type { BenchService } from '../service.ts';
import { checkData, type Found } from './check.ts';
import { DEFAULT_TABLE_DDL } from './exporter-table.ts';
import { raiseFlags } from './flags.ts';
import { loadSpans } from './load-spans.ts';
import { type Stage, stageOf } from './plan.ts';
import { registerRuns } from './registrations.ts';

/** What the store holds after a stage, counted and found as planned. */
export interface Prepared {
  readonly stage: Stage;
  readonly found: Found;
}

/** Makes the default table, which from then on gets what the landing table gets. */
export async function makeDefaultTable(store: BenchStore): Promise<void> {
  for (const query of DEFAULT_TABLE_DDL) await store.clickhouse.clients.owner.command({ query });
}

/**
 * Adds the runs from one number to before another: spans through the landing table, registrations, flags.
 * @param now until when the ninety days go (ns)
 * @throws Error where the views made something else of it than was planned
 */
export async function addRuns(
  store: BenchStore,
  service: BenchService,
  { from, to, now }: { from: number; to: number; now: bigint },
  print: (line: string) => void,
): Promise<Prepared> {
  const stage = stageOf(from, to, now);
  const start = performance.now();
  await loadSpans(store, stage, service.versions, print);
  await registerRuns(store, service, stage);
  const flags = await raiseFlags(store, service, stage);
  const found = await checkData(store, to);
  const seconds = Math.round((performance.now() - start) / 1000);
  print(
    `${found['spans']} spans of ${to} runs are stored and as planned, ${flags} flags are new; ${seconds} s`,
  );
  return { stage, found };
}
