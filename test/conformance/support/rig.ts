import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { DATABASE, priceBookRow } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { clickhouseStorage, createCollector, staticKeyVerifier } from '@tollgate/collector';
import { priceEntry } from '@tollgate/contract';
import { TABLES } from './compare.ts';
import { type Gate, startGate } from './gate.ts';
import { type Otelcol, type OtelcolKey, startOtelcol } from './otelcol.ts';

export const KEY = `tgk_${'a1'.repeat(12)}_${'b2'.repeat(32)}`;
export const PRINCIPAL = 'conformance-agent';

type Store = Awaited<ReturnType<typeof startTestClickHouse>>;

/** The real Collector over a real, empty, migrated ClickHouse. */
export interface TheirSide {
  readonly otelcol: Otelcol;
  /** Between the Collector and its ClickHouse. */
  readonly gate: Gate;
  readonly store: Store;
  stop(): Promise<void>;
}

/** @param keys who may send, beside `KEY` */
export async function startTheirs(binary: string, keys: readonly OtelcolKey[] = []): Promise<TheirSide> {
  const store = await startTestClickHouse();
  if (store.tcpPort === undefined) throw new Error('the exporter needs the native protocol');
  await setPrices(store);
  const gate = await startGate(store.tcpPort);
  const otelcol = await startOtelcol({
    binary,
    keys: [{ key: KEY, principal: PRINCIPAL }, ...keys],
    tcpPort: gate.port,
    password: store.credentials.landing.password,
  });
  return {
    otelcol,
    gate,
    store,
    stop: async () => {
      await otelcol.stop();
      await gate.close();
      await store.close();
    },
  };
}

/** packages/collector over another one. @param keys who may send, beside `KEY` */
export async function startOurs(keys: readonly OtelcolKey[] = []) {
  const store = await startTestClickHouse();
  await setPrices(store);
  const collector = createCollector({
    ...clickhouseStorage(store.clients.landing),
    verifyKey: staticKeyVerifier(
      [{ key: KEY, principal: PRINCIPAL, workflows: ['*'] }, ...keys].map(
        ({ workflows = ['*'], ...rest }) => ({ ...rest, workflows, team: 'conformance' }),
      ),
    ),
  });
  const { url } = await collector.listen(0);
  const stop = async () => {
    await collector.close();
    await store.close();
  };
  return { url, store, stop };
}

/** The same price list on both sides, so that costs can be compared. */
async function setPrices({ clients }: Store): Promise<void> {
  const rates = {
    ...{ input: '0.0000025', output: '0.00001', cache_read: '0.00000125' },
    ...{ cache_creation: null, cache_creation_1h: null, reasoning: null },
  };
  const entry = priceEntry({ priced: 'openai/gpt-4o', rates, price_version: 'test', origin: 'list' });
  const values = ['openai', 'openai.responses'].map((provider) =>
    priceBookRow({
      provider,
      model: 'gpt-4o',
      priced: { provider: 'openai', model: 'gpt-4o' },
      entries: [{ ...entry, valid_from: '2024-08-06T00:00:00.000Z' }],
    }),
  );
  await clients.service.insert({ table: 'price_book', values, format: 'JSONEachRow' });
}

export async function count(client: ClickHouseClient, table: string): Promise<number> {
  const result = await client.query({
    query: `SELECT count() AS n FROM ${DATABASE}.${table}`,
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ n: string }>();
  return Number(row?.n ?? 0);
}

/** Waits until every table has as many rows as expected. What is still missing then, the comparison will show. */
export async function waitForRows(
  client: ClickHouseClient,
  expected: ReadonlyMap<string, number>,
  seconds = 60,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const counts = await Promise.all(
      [...expected].map(async ([table, n]) => (await count(client, table)) >= n),
    );
    if (counts.every(Boolean) || Date.now() > deadline) return;
    await sleep(200);
  }
}

export async function countAll(client: ClickHouseClient): Promise<Map<string, number>> {
  return new Map(
    await Promise.all(TABLES.map(async (table) => [table, await count(client, table)] as const)),
  );
}
