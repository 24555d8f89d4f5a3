import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouse, DATABASE, openClickHouse } from '@tollgate/clickhouse';
import { setPrices } from '../../support/prices.ts';
import { ROWS_PER_BODY } from './load/body.ts';
import { MODELS } from './load/span.ts';

/** How long nothing may arrive before what is missing counts as lost. */
const PATIENCE_MS = 60_000;

/** An embedded ClickHouse over an empty directory, migrated, with prices for the models that the spans name. */
export class BenchStore {
  readonly clickhouse: ClickHouse;
  readonly directory: string;

  private constructor(clickhouse: ClickHouse, directory: string) {
    this.clickhouse = clickhouse;
    this.directory = directory;
  }

  static async open(directory: string): Promise<BenchStore> {
    const clickhouse = await openClickHouse({ directory: join(directory, 'clickhouse') });
    await setPrices(clickhouse.clients.service, MODELS);
    return new BenchStore(clickhouse, directory);
  }

  get pid(): number {
    const pid = this.clickhouse.pid();
    if (pid === undefined) throw new Error('the embedded ClickHouse is not running');
    return pid;
  }

  /** Rows of a table as they lie there; the engine keeps this count. */
  async count(table: string): Promise<number> {
    const [row] = await this.rows<{ n: string }>(`SELECT count() AS n FROM ${DATABASE}.${table}`);
    return Number(row?.n);
  }

  /** Waits until every view has written what so many bodies become. @throws as `waitForRows` does */
  async waitForBodies(bodies: number): Promise<void> {
    for (const [table, rows] of Object.entries(ROWS_PER_BODY)) await this.waitForRows(bodies * rows, table);
  }

  /** Waits until a table has so many rows. @throws Error when it stops growing before that */
  async waitForRows(expected: number, table: string): Promise<void> {
    let last = -1;
    for (let since = performance.now(); ; await sleep(25)) {
      const now = await this.count(table);
      if (now >= expected) return;
      if (now > last) since = performance.now();
      last = now;
      if (performance.now() - since > PATIENCE_MS)
        throw new Error(`${table} holds ${now} of ${expected} rows, and has not grown for a minute`);
    }
  }

  /** Rows of each table that holds any. */
  async allCounts(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.rows<{ table: string; n: string }>(
      `SELECT table, sum(rows) AS n FROM system.parts WHERE active AND database = '${DATABASE}' GROUP BY table ORDER BY table`,
    );
    return Object.fromEntries(rows.map(({ table, n }) => [table, Number(n)]));
  }

  /** Bytes on disk of each table, after everything that can be merged is merged. */
  async mergedBytes(): Promise<Readonly<Record<string, number>>> {
    for (const table of Object.keys(await this.allCounts()))
      await this.clickhouse.clients.owner.command({ query: `OPTIMIZE TABLE ${DATABASE}.${table} FINAL` });
    const rows = await this.rows<{ table: string; bytes: string }>(
      `SELECT table, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = '${DATABASE}' GROUP BY table ORDER BY table`,
    );
    return Object.fromEntries(rows.map(({ table, bytes }) => [table, Number(bytes)]));
  }

  async rows<Row>(query: string): Promise<Row[]> {
    // Not the reader: its exact reads would compete with what is measured.
    const answer = await this.clickhouse.clients.owner.query({ query, format: 'JSONEachRow' });
    return answer.json<Row>();
  }

  /** Ends the engine, and removes what it wrote unless that is to be kept. */
  async close({ keep } = { keep: false }): Promise<void> {
    await this.clickhouse.close();
    if (!keep) await rm(this.directory, { recursive: true, force: true });
  }
}

/** Bytes of all files below a directory; 0 where there is none. */
export async function bytesBelow(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
