import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { applyRetention, type ClickHouse, DEFAULT_RETENTION } from '../../src/index.ts';
import { expiries } from '../../src/retention/retention.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, count, land, landEarlier, row } from '../support/landing.ts';

const DAY = 86_400_000;
const WAIT = { timeout: 30_000, interval: 200 };
const OF_SPANS = ['spans', 'span_content', 'evidence_records', 'model_calls', 'tool_calls', 'run_summaries'];

describe('retention', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse({ retention: DEFAULT_RETENTION });
  });
  afterAll(() => store.close());

  const apply = (days: Partial<typeof DEFAULT_RETENTION> = {}) =>
    applyRetention(store.clients.owner, { ...DEFAULT_RETENTION, ...days });
  const merge = async (...tables: string[]) => {
    for (const table of tables)
      await store.clients.owner.command({
        query: `OPTIMIZE TABLE ${table} FINAL SETTINGS mutations_sync = 2`,
      });
  };

  it('is set by opening the store, and setting it again changes nothing', async () => {
    expect(await apply()).toEqual([]);
    expect(await apply({ content: 90 })).toEqual(['span_content']);
    expect(await apply({ content: 90 })).toEqual([]);
    expect(await apply()).toEqual(['span_content']);
  });

  it('has a rule for every table that grows with use', async () => {
    const stored = await ask<{ name: string }>(
      store.clients.owner,
      `SELECT name FROM system.tables WHERE database = 'tollgate' AND engine LIKE '%MergeTree' ORDER BY name`,
    );
    const kept = [
      'content_erasures',
      'held_runs',
      'key_teams',
      'legal_holds',
      'price_book',
      'price_entries',
      'price_lists',
      'schema_migrations',
      'workflow_registrations',
    ];
    const ruled = expiries(DEFAULT_RETENTION).map(({ table }) => table);
    expect([...ruled, ...kept].sort()).toEqual(stored.map(({ name }) => name));
  });

  const ago = (days: number) => BigInt(Date.now() - days * DAY) * 1_000_000n;
  /** A span that is in every table that spans go to. */
  const spanOf = (run: string, days: number) =>
    row({
      Timestamp: ago(days).toString(),
      SpanAttributes: {
        'tollgate.run.id': run,
        'tollgate.record': '{"kind":"gate_decided","seq":0}',
        'gen_ai.operation.name': 'chat',
        'gen_ai.input.messages': 'secret',
      },
    });
  const left = (run: string, ...tables: readonly string[]) =>
    Promise.all(
      tables.map((table) =>
        count(store.clients.reader, `SELECT count() FROM ${table} WHERE run_id = {run:UUID}`, { run }),
      ),
    );

  /** Parts of these tables that hold something of a run, and whose whole time is over by what the engine noted of them. */
  const expiredParts = async (run: string) => {
    let expired = 0;
    for (const table of ['spans', 'span_content'])
      expired += await count(
        store.clients.owner,
        `SELECT count() FROM system.parts WHERE database = 'tollgate' AND table = {table:String} AND active
           AND arrayMax(rows_where_ttl_info.max) < now() AND name IN (SELECT _part FROM merge('tollgate', {name:String}) WHERE run_id = {run:UUID})`,
        { table, name: `^${table}$`, run },
      );
    return expired;
  };

  it('takes content earlier than evidence, and each by when it happened', async () => {
    const run = randomUUID();
    for (const days of [5, 200, 3000]) await landEarlier(store, [spanOf(run, days)], ago(days));
    await merge('spans', 'span_content');
    expect(await left(run, 'spans', 'span_content')).toEqual([2, 1]);
  });

  it('counts from when it arrived where a span claims to be older than that', async () => {
    const [claimed, arrived] = [randomUUID(), randomUUID()];
    await land(store, [spanOf(claimed, 3000)]);
    await landEarlier(store, [spanOf(arrived, 3000)], ago(2600));
    // A month on, so that neither keeps the other's part.
    await landEarlier(store, [spanOf(arrived, 2960)], ago(200));
    await merge(...OF_SPANS);
    expect(await left(claimed, ...OF_SPANS)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await left(arrived, ...OF_SPANS)).toEqual([1, 0, 1, 1, 1, 1]);
  });

  it('counts so of what the service recorded too, whatever its clock said', async () => {
    const run_id = randomUUID();
    const at = '2017-01-01 00:00:00';
    await store.clients.service.insert({
      table: 'approvals',
      values: [
        { run_id, approval_id: 'arrived now', at },
        { run_id, approval_id: 'arrived then', at, received_at: at },
      ],
      format: 'JSONEachRow',
    });
    await merge('approvals');
    const kept = 'SELECT approval_id FROM approvals WHERE run_id = {run_id:UUID}';
    expect(await ask(store.clients.reader, kept, { run_id })).toEqual([{ approval_id: 'arrived now' }]);
  });

  it('counts so in parts from before that rule, which it does not rewrite', async () => {
    const { owner } = store.clients;
    const mutations = () => count(owner, `SELECT count() FROM system.mutations WHERE database = 'tollgate'`);
    const [run, before] = [randomUUID(), await mutations()];
    const rules = expiries(DEFAULT_RETENTION).filter(({ table }) =>
      ['spans', 'span_content'].includes(table),
    );
    for (const { table, ttl } of rules) {
      await owner.command({
        query: `ALTER TABLE ${table} MODIFY TTL ${ttl.replace('greatest(start, received_at)', 'start')}`,
        clickhouse_settings: { materialize_ttl_after_modify: 0 },
      });
      await owner.command({ query: `ALTER TABLE ${table} MODIFY SETTING merge_with_ttl_timeout = 1` });
      await owner.command({ query: `SYSTEM STOP MERGES ${table}` });
    }
    await land(store, [spanOf(run, 3100), spanOf(run, 3100)]);
    expect(await apply()).toEqual(['spans', 'span_content']);
    expect(await mutations()).toBe(before);
    expect(await expiredParts(run)).toBe(2);
    for (const { table } of rules) await owner.command({ query: `SYSTEM START MERGES ${table}` });
    // By itself the engine looks at what had expired by the old rule, once: by the new one it has not.
    await vi.waitFor(async () => expect(await expiredParts(run)).toBe(0), WAIT);
    await merge('spans', 'span_content');
    expect(await left(run, 'spans', 'span_content')).toEqual([2, 2]);
  });

  it('of a shorter time reaches what is stored already', async () => {
    const run = randomUUID();
    await landEarlier(store, [spanOf(run, 100)], ago(100));
    await apply({ content: 90 });
    await vi.waitFor(async () => expect(await left(run, 'spans', 'span_content')).toEqual([1, 0]), WAIT);
    await apply();
  });

  it('keeps what lies furthest ahead of all that landing lets through, for the longest time that can be set', async () => {
    await apply({ evidence: 36_500, content: 36_500, totals: 36_500 });
    const run = randomUUID();
    await land(store, [spanOf(run, -1 + 1 / 1440)]);
    await merge('spans', 'span_content');
    expect(await left(run, 'spans', 'span_content')).toEqual([1, 1]);
    await apply();
  });

  it.each([0, -1, 1.5, 36_501, Number.NaN])('refuses %s days', async (content) => {
    await expect(apply({ content })).rejects.toThrow(RangeError);
  });
});
