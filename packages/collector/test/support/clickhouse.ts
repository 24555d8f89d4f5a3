import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import {
  type Collector,
  type CollectorLimits,
  clickhouseStorage,
  createCollector,
  type Listening,
} from '../../src/index.ts';
import { verifyKey } from './running.ts';

export interface RunningStore {
  readonly clickhouse: ClickHouse;
  readonly collector: Collector;
  readonly listening: Listening;
  /** Rows of a query, as the reading user sees them. */
  rows<Row>(query: string, params?: Record<string, unknown>): Promise<Row[]>;
  stop(): Promise<void>;
}

/** A collector over a real, empty, migrated ClickHouse. */
export async function startWithClickHouse(limits: CollectorLimits = {}): Promise<RunningStore> {
  const clickhouse = await startTestClickHouse();
  const collector = createCollector({ ...clickhouseStorage(clickhouse.clients.landing), verifyKey, limits });
  return {
    clickhouse,
    collector,
    listening: await collector.listen(0),
    rows: async <Row>(query: string, query_params: Record<string, unknown> = {}) => {
      const result = await clickhouse.clients.reader.query({ query, query_params, format: 'JSONEachRow' });
      return result.json<Row>();
    },
    stop: async () => {
      await collector.close();
      await clickhouse.close();
    },
  };
}
