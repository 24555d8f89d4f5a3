import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyRetention, type ClickHouse, DEFAULT_RETENTION } from '../../src/index.ts';
import { expiries } from '../../src/retention/retention.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, count, land, row } from '../support/landing.ts';

const DAY = 86_400_000;

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

  it('takes content earlier than evidence, and each by when it happened', async () => {
    const at = (days: number) => String(BigInt(Date.now() - days * DAY) * 1_000_000n);
    const run = randomUUID();
    const attributes = { 'tollgate.run.id': run, 'gen_ai.input.messages': 'secret' };
    await land(store, [
      row({ Timestamp: at(5), SpanAttributes: attributes }),
      row({ Timestamp: at(200), SpanAttributes: attributes }),
      row({ Timestamp: at(3000), SpanAttributes: attributes }),
    ]);
    await merge('spans', 'span_content');
    const left = (table: string) =>
      count(store.clients.reader, `SELECT count() FROM ${table} WHERE run_id = {run:UUID}`, { run });
    expect([await left('spans'), await left('span_content')]).toEqual([2, 1]);
  });

  it('keeps what lies furthest ahead of all that landing lets through, for the longest time that can be set', async () => {
    await apply({ evidence: 36_500, content: 36_500, totals: 36_500 });
    const run = randomUUID();
    const Timestamp = String(BigInt(Date.now() + DAY - 60_000) * 1_000_000n);
    await land(store, [
      row({ Timestamp, SpanAttributes: { 'tollgate.run.id': run, 'gen_ai.input.messages': 'x' } }),
    ]);
    await merge('spans', 'span_content');
    for (const table of ['spans', 'span_content'])
      expect(
        await count(store.clients.reader, `SELECT count() FROM ${table} WHERE run_id = {run:UUID}`, { run }),
      ).toBe(1);
    await apply();
  });

  it.each([0, -1, 1.5, 36_501, Number.NaN])('refuses %s days', async (content) => {
    await expect(apply({ content })).rejects.toThrow(RangeError);
  });
});
