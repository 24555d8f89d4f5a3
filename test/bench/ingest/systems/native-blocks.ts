import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DATABASE } from '@tollgate/clickhouse';
import type { Generator } from '../load/generator.ts';
import { BenchStore } from '../store.ts';
import { ours } from './ours.ts';
import type { System } from './system.ts';

/** As large as the batches that collectors are measured with. */
const ROWS = 32_768;
export const NATIVE_BLOCKS = 'Native blocks straight in';

/**
 * The generator's spans as Native blocks in files, made by the engine itself: a table beside the landing table takes a copy of
 * every row that ours sends, and is read block by block.
 */
export async function prepareBlocks(directory: string, generator: Generator): Promise<readonly string[]> {
  const store = await BenchStore.open(join(directory, 'blocks-store'));
  try {
    const { owner } = store.clickhouse.clients;
    const { spans, bodies } = generator.prepared;
    const blocks = Math.ceil(spans / ROWS);
    await owner.command({
      query: `CREATE TABLE ${DATABASE}.copied ENGINE = MergeTree ORDER BY block AS SELECT 0::UInt64 AS block, * FROM ${DATABASE}.otlp_spans LIMIT 0`,
    });
    await owner.command({
      query: `CREATE MATERIALIZED VIEW ${DATABASE}.copied_mv TO ${DATABASE}.copied
        DEFINER = ${store.clickhouse.credentials.owner.user} SQL SECURITY DEFINER AS SELECT cityHash64(TraceId) % ${blocks} AS block, * FROM ${DATABASE}.otlp_spans`,
    });
    const running = await ours.start(store);
    const sent = await running.send(generator, { kind: 'full', connections: 16 });
    await store.waitForRows(spans, 'copied');
    await running.stop();
    if (sent.bodies !== bodies) throw new Error(`${sent.bodies} of ${bodies} bodies were taken`);
    return await writeBlocks(store, join(directory, 'blocks'), blocks);
  } finally {
    await store.close();
  }
}

async function writeBlocks(store: BenchStore, directory: string, blocks: number): Promise<string[]> {
  await mkdir(directory);
  const files: string[] = [];
  for (let block = 0; block < blocks; block++) {
    // Ordered, which makes it one block, and one whose rows lie as they were sent.
    const query = `SELECT * EXCEPT (block) FROM ${DATABASE}.copied WHERE block = ${block} ORDER BY Timestamp
      SETTINGS max_block_size = 1000000 FORMAT Native`;
    const answer = await fetch(address(store, 'owner'), { method: 'POST', body: query });
    if (!answer.ok) throw new Error(`ClickHouse: ${await answer.text()}`);
    const file = join(directory, String(block));
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    files.push(file);
  }
  return files;
}

function address(store: BenchStore, role: 'owner' | 'landing', query?: string): string {
  const { user, password } = store.clickhouse.credentials[role];
  const search = new URLSearchParams({ user, password, ...(query === undefined ? {} : { query }) });
  return `${store.clickhouse.url}/?${search}`;
}

/** Blocks that cost nothing to make, straight into the landing table: what the engine and its views can take at most. */
export function nativeBlocks(files: readonly string[]): System {
  return {
    name: NATIVE_BLOCKS,
    acknowledges: 'stored',
    start: async (store) => ({
      pid: undefined,
      send: (generator) =>
        generator.sendBlocks(
          address(store, 'landing', `INSERT INTO ${DATABASE}.otlp_spans FORMAT Native`),
          files,
        ),
      ownBytes: async () => 0,
      metrics: async () => '',
      stop: async () => {},
    }),
  };
}
