import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { DATABASE, priceBookRow } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { clickhouseStorage, createCollector, staticKeyVerifier } from '@tollgate/collector';
import { priceEntry } from '@tollgate/contract';
import { vi } from 'vitest';
import { type Gate, startGate } from './gate.ts';
import { type Otelcol, type OtelcolKey, startOtelcol } from './otelcol.ts';
import { metric } from './prometheus.ts';

export const KEY = `tgk_${'a1'.repeat(12)}_${'b2'.repeat(32)}`;
export const PRINCIPAL = 'conformance-agent';

type Store = Awaited<ReturnType<typeof startTestClickHouse>>;

/** A collector over a real, empty, migrated ClickHouse. */
interface Side {
  readonly store: Store;
  /** Ends when everything that was acknowledged is in the tables, by the collector's own account. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** packages/collector. */
export interface OurSide extends Side {
  readonly url: string;
}

/** The real OpenTelemetry Collector. */
export interface TheirSide extends Side {
  readonly otelcol: Otelcol;
  /** Between the Collector and its ClickHouse. */
  readonly gate: Gate;
}

export interface SideOptions {
  /** Who may send, beside `KEY`. */
  readonly keys?: readonly OtelcolKey[];
  /** A list of keys that somebody else writes; then nobody else may send. */
  readonly keysFile?: string;
  /** Configuration on top of the production one, as YAML. */
  readonly overlay?: string;
}

export async function startTheirs(binary: string, options: SideOptions = {}): Promise<TheirSide> {
  const store = await startTestClickHouse();
  if (store.tcpPort === undefined) throw new Error('the exporter needs the native protocol');
  await setPrices(store);
  const gate = await startGate(store.tcpPort);
  const otelcol = await startOtelcol({
    binary,
    keys: [{ key: KEY, principal: PRINCIPAL }, ...(options.keys ?? [])],
    tcpPort: gate.port,
    password: store.credentials.landing.password,
    keysFile: options.keysFile,
    overlay: options.overlay,
  });
  const stop = async () => {
    await otelcol.stop();
    await gate.close();
    await store.close();
  };
  return { otelcol, gate, store, settled: () => settled(otelcol.metrics, theirBalance), stop };
}

export async function startOurs({ keys = [] }: Pick<SideOptions, 'keys'> = {}): Promise<OurSide> {
  const store = await startTestClickHouse();
  await setPrices(store);
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-collector-log-'));
  const collector = createCollector({
    ...clickhouseStorage(store.clients.landing),
    directory,
    // The tables are read right after an answer.
    acknowledge: 'stored',
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
    await rm(directory, { recursive: true, force: true });
  };
  return { url, store, settled: () => settled(() => collector.metrics(), ourBalance), stop };
}

/** Spans that were acknowledged and are not in the tables yet. */
type Balance = (metrics: string) => number;

const ourBalance: Balance = (text) => {
  const spans = (what: string) => metric(text, `tollgate_collector_spans_${what}_total`);
  return spans('accepted') - spans('stored') - spans('duplicate') - spans('quarantined');
};

const theirBalance: Balance = (text) =>
  metric(text, 'otelcol_receiver_accepted_spans') - metric(text, 'otelcol_exporter_sent_spans');

/** Views commit before an insert is answered, so what a collector counts as stored is in every table. */
async function settled(metrics: () => Promise<string>, balance: Balance): Promise<void> {
  await vi.waitFor(
    async () => {
      const waiting = balance(await metrics());
      if (waiting !== 0) throw new Error(`${waiting} spans are acknowledged and not stored`);
    },
    { timeout: 100_000, interval: 100 },
  );
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

async function count(client: ClickHouseClient, table: string): Promise<number> {
  const result = await client.query({
    query: `SELECT count() AS n FROM ${DATABASE}.${table}`,
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ n: string }>();
  return Number(row?.n ?? 0);
}

/** Waits until every table has as many rows as expected, at least. */
export async function waitForRows(
  client: ClickHouseClient,
  expected: ReadonlyMap<string, number>,
): Promise<void> {
  await vi.waitFor(
    async () => {
      for (const [table, n] of expected) {
        const found = await count(client, table);
        if (found < n) throw new Error(`${table} has ${found} rows, not ${n}`);
      }
    },
    { timeout: 60_000, interval: 200 },
  );
}
