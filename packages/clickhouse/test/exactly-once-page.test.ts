import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startTestClickHouse } from '../src/testing.ts';
import { ask } from './support/landing.ts';

const PAGE = readFileSync(new URL('../../../docs/exactly-once.md', import.meta.url), 'utf8');

/** Columns by the words that the page has for them; others are in it by a part of their name. */
const WORDS: Readonly<Record<string, string>> = {
  'hash of the span': 'span_hash',
  'hash of the row': 'row_hash',
  'hash of the record': 'record_hash',
  hash: 'span_hash',
  record: 'record_hash',
  sequence: 'seq',
  version: 'version',
  'valid from': 'valid_from',
  'price version': 'price_version',
  price: 'price_id',
  due: 'due_at',
  time: 'at',
};

type Table = { name: string; sorting_key: string; engine_full: string };

const stays = (engine: string): string => {
  if (engine.startsWith('AggregatingMergeTree')) return 'merged';
  const [, version = ''] = /^ReplacingMergeTree\((\w*)\)/.exec(engine) ?? [];
  if (version === '') return 'last';
  return version === 'receipt' ? 'first' : 'newest';
};

it('names every table that keeps rows, with its key and which of equal rows stays', async () => {
  const store = await startTestClickHouse();
  try {
    const tables = await ask<Table>(
      store.clients.owner,
      `SELECT name, sorting_key, engine_full FROM system.tables
       WHERE database = 'tollgate' AND engine LIKE '%MergeTree' AND name != 'schema_migrations'`,
    );
    const rows = [...PAGE.matchAll(/^\| `(\w+)` +\| ([^|]+?) +\| (first|last|newest|merged) +\|/gm)];
    expect(rows.map(([, name]) => name).sort()).toEqual(tables.map(({ name }) => name).sort());
    for (const [, name, words = '', said] of rows) {
      const table = tables.find((each) => each.name === name);
      expect([name, said]).toEqual([name, stays(table?.engine_full ?? '')]);
      const key = table?.sorting_key.split(', ') ?? [];
      const columns = words.split(', ').map((word) => WORDS[word] ?? word);
      expect([name, columns.length]).toEqual([name, key.length]);
      for (const [index, column] of key.entries())
        expect(column, `${name}: ${columns[index]}`).toContain(columns[index]);
    }
  } finally {
    await store.close();
  }
});
