import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { migrationFiles, renderMigration } from '../src/index.ts';

const PAGE = readFileSync(new URL('../../../docs/exactly-once.md', import.meta.url), 'utf8');

/** Names by which the page calls columns. */
const WORDS: Readonly<Record<string, string>> = {
  'hash of the span': 'span_hash',
  'hash of the row': 'row_hash',
  'hash of the record': 'record_hash',
  'valid from': 'valid_from',
  'price version': 'price_version',
  sequence: 'seq',
  record: 'record_hash',
  due: 'due_at',
};

it('names every table that keeps rows, with its key and which of equal rows stays', () => {
  const statements = migrationFiles().flatMap(({ text }) => renderMigration(text, { kind: 'single' }));
  const tables = statements.flatMap((statement) => {
    const [, name = ''] = /^CREATE TABLE IF NOT EXISTS tollgate\.(\w+)/.exec(statement) ?? [];
    const [, version, key = ''] =
      /ENGINE = ReplacingMergeTree\((\w*)\)[\s\S]*?ORDER BY \(?([^()\n]+)\)?/.exec(statement) ?? [];
    return version === undefined
      ? []
      : [{ name, version, key: key.split(',').map((column) => column.trim()) }];
  });
  expect(tables.length).toBeGreaterThan(15);
  const rows = [...PAGE.matchAll(/^\| `(\w+)` +\| ([^|]+?) +\| (first|last) +\|/gm)];
  expect(rows.map(([, name]) => name)).toEqual(expect.arrayContaining(tables.map(({ name }) => name)));
  expect(rows).toHaveLength(tables.length);
  for (const [, name, words = '', stays] of rows) {
    const { key, version } = tables.find((table) => table.name === name) ?? { key: [], version: '' };
    expect([name, stays]).toEqual([name, version === 'receipt' ? 'first' : 'last']);
    const said = words.split(', ').map((word) => WORDS[word] ?? word);
    expect([name, said.length]).toEqual([name, key.length]);
    for (const [index, column] of key.entries())
      expect(column, `${name}: ${said[index]}`).toMatch(
        new RegExp(`${said[index]}|_at$|^at$|policy_version`),
      );
  }
});
