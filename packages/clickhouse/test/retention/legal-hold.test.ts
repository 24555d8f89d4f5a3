import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { applyRetention, type ClickHouse, DEFAULT_RETENTION, openClickHouse } from '../../src/index.ts';
import { count, land, landEarlier, row } from '../support/landing.ts';

const DAY = 86_400_000;
const TABLES = ['spans', 'span_content', 'evidence_records', 'flags', 'run_summaries'];

describe('a legal hold', () => {
  let directory: string;
  let store: ClickHouse;
  const open = () => openClickHouse({ directory, retention: DEFAULT_RETENTION });
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tollgate-hold-'));
    store = await open();
  });
  afterAll(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** In days, and in the middle of a month: a run has a summary a month. */
  const longAgo = Math.floor((Date.now() - Date.UTC(2018, 2, 15, 12)) / DAY);
  const received = BigInt(Date.now() - longAgo * DAY) * 1_000_000n;
  const spanOf = (run: string, days = longAgo) =>
    row({
      Timestamp: String(BigInt(Date.now() - days * DAY) * 1_000_000n),
      SpanAttributes: {
        'tollgate.run.id': run,
        'tollgate.record': '{"kind":"run_started","seq":0}',
        'gen_ai.input.messages': 'secret',
      },
    });
  const insert = (table: string, values: object[]) =>
    store.clients.service.insert({ table, values, format: 'JSONEachRow' });
  const flagOf = (run_id: string | null) => ({
    ...{ flag_id: randomUUID(), run_id, state: 'open', record_hash: 'x' },
    at: '2017-01-01 00:00:00',
    raised_at: '2017-01-01 00:00:00',
    received_at: '2017-01-01 00:00:00',
  });
  const event = (hold_id: string, event: 'set' | 'lifted') =>
    insert('legal_holds', [
      {
        ...{ hold_id, event, run_id: null, actor: 'ada@example.com', reason: 'court' },
        ...{ at: '2026-01-15 12:00:00', held_from: '2015-01-01 00:00:00', held_to: '2100-01-01 00:00:00' },
      },
    ]);
  async function hold(run_id: string): Promise<string> {
    const hold_id = randomUUID();
    await event(hold_id, 'set');
    await insert('held_runs', [{ run_id, hold_id }]);
    return hold_id;
  }
  /** Rows of a run in each table, in the files. */
  const left = (run: string) =>
    Promise.all(
      TABLES.map((table) =>
        count(store.clients.reader, `SELECT count() FROM ${table} WHERE run_id = {run:UUID}`, { run }),
      ),
    );
  const merge = async () => {
    for (const table of TABLES) await store.clients.owner.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
  };
  const fill = async (...runs: string[]) => {
    for (const run of runs) {
      // Parts of one run alone, and parts of several: a part that is expired whole is dropped by another way.
      await landEarlier(store, [spanOf(run)], received);
      await insert('flags', [flagOf(run)]);
    }
    await landEarlier(
      store,
      runs.map((run) => spanOf(run, longAgo + 1)),
      received,
    );
  };

  it('keeps every row of its run in merges that drop all others, and lets them go once it is lifted', async () => {
    const [held, other] = [randomUUID(), randomUUID()];
    const hold_id = await hold(held);
    await fill(held, other);
    await insert('flags', [flagOf(null)]);
    await merge();
    expect(await left(held)).toEqual([2, 2, 2, 1, 1]);
    expect(await left(other)).toEqual([0, 0, 0, 0, 0]);
    expect(await count(store.clients.reader, 'SELECT count() FROM flags WHERE run_id IS NULL', {})).toBe(0);
    expect(await store.disposal.dropReleased()).toBe(0);
    await event(hold_id, 'lifted');
    await merge();
    expect(await store.disposal.dropReleased()).toBe(8);
    expect(await left(held)).toEqual([0, 0, 0, 0, 0]);
  });

  it('keeps them when the engine merges by itself', async () => {
    const [held, other] = [randomUUID(), randomUUID()];
    await hold(held);
    for (const table of TABLES)
      await store.clients.owner.command({
        query: `ALTER TABLE ${table} MODIFY SETTING merge_with_ttl_timeout = 1`,
      });
    await fill(held, other);
    await vi.waitFor(async () => expect(await left(other)).toEqual([0, 0, 0, 0, 0]), {
      timeout: 60_000,
      interval: 500,
    });
    expect(await left(held)).toEqual([2, 2, 2, 1, 1]);
    await merge();
    expect(await left(held)).toEqual([2, 2, 2, 1, 1]);
  });

  it('of two is lifted when both are, and what has not expired stays', async () => {
    const run = randomUUID();
    const [first, second] = [await hold(run), await hold(run)];
    await fill(run);
    await land(store, [spanOf(run, 1)]);
    await event(first, 'lifted');
    await merge();
    await store.disposal.dropReleased();
    expect(await left(run)).toEqual([3, 3, 3, 1, 2]);
    await event(second, 'lifted');
    await store.disposal.dropReleased();
    expect(await left(run)).toEqual([1, 1, 1, 0, 1]);
  });

  it('is still one after a restart, and when days change', async () => {
    const [held, other] = [randomUUID(), randomUUID()];
    await hold(held);
    await fill(held, other);
    await store.close();
    store = await open();
    await applyRetention(store.clients.owner, { ...DEFAULT_RETENTION, content: 90 });
    await merge();
    expect(await left(held)).toEqual([2, 2, 2, 1, 1]);
    expect(await left(other)).toEqual([0, 0, 0, 0, 0]);
  });
});
