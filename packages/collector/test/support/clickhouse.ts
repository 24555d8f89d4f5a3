import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import {
  type Collector,
  type CollectorOptions,
  clickhouseStorage,
  createCollector,
  type Listening,
} from '../../src/index.ts';
import { verifyKey } from './running.ts';

export interface RunningStore {
  readonly clickhouse: ClickHouse & { readonly directory: string };
  readonly collector: Collector;
  readonly listening: Listening;
  /** Of the collector's log. */
  readonly directory: string;
  /** Rows of a query, as the reading user sees them. */
  rows<Row>(query: string, params?: Record<string, unknown>): Promise<Row[]>;
  stop(): Promise<void>;
}

/** Where either keeps its files; by default, among other temporary ones. */
interface Places {
  readonly ofLog?: string;
  readonly ofStore?: string;
}

/** A collector with a log over a real, empty, migrated ClickHouse. */
export async function startWithClickHouse(
  options: Partial<CollectorOptions> = {},
  { ofLog = tmpdir(), ofStore = tmpdir() }: Places = {},
): Promise<RunningStore> {
  const clickhouse = await startTestClickHouse({ within: ofStore });
  const directory = await mkdtemp(join(ofLog, 'tollgate-log-'));
  const storage = clickhouseStorage(clickhouse.clients.landing);
  const collector = createCollector({ ...storage, verifyKey, directory, ...options });
  return {
    clickhouse,
    collector,
    directory,
    listening: await collector.listen(0),
    rows: async <Row>(query: string, query_params: Record<string, unknown> = {}) => {
      const result = await clickhouse.clients.reader.query({ query, query_params, format: 'JSONEachRow' });
      return result.json<Row>();
    },
    stop: async () => {
      await collector.close();
      await clickhouse.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
