import { METADATA_ATTRIBUTES } from '@tollgate/contract';
import { describe, expect, it } from 'vitest';
import { migrationFiles, renderMigration, type Target } from '../../src/index.ts';

const SINGLE: Target = { kind: 'single' };
const CLUSTER: Target = { kind: 'cluster', cluster: 'prod' };
const all = (target: Target) => migrationFiles().flatMap(({ text }) => renderMigration(text, target));

describe('rendering', () => {
  it('fills every placeholder, for one server and for a cluster', () => {
    for (const statement of [...all(SINGLE), ...all(CLUSTER)]) expect(statement).not.toContain('${');
  });

  it('makes one statement of each, the same ones in the same order for both', () => {
    const heads = (target: Target) =>
      all(target).map((statement) =>
        /^((?:CREATE|DROP|ALTER|INSERT|EXCHANGE) [A-Z ]+?) tollgate\.(\w+)/
          .exec(statement)
          ?.slice(1)
          .join(' '),
      );
    expect(heads(SINGLE)).toEqual(heads(CLUSTER));
    expect(heads(SINGLE)).not.toContain(undefined);
  });

  it('replicates every table that keeps rows on a cluster, and none on one server', () => {
    // Rows find their replicas by themselves.
    for (const statement of all(CLUSTER).filter((each) => !each.startsWith('INSERT'))) {
      expect(statement).toMatch(
        /^(?:CREATE|DROP|ALTER|EXCHANGE) [^(]*? tollgate\.\w+(?: AND tollgate\.\w+)? ON CLUSTER prod\b/,
      );
      if (/^CREATE (?:OR REPLACE )?TABLE/.test(statement) && !/ENGINE = Null/.test(statement))
        expect(statement).toMatch(
          /Replicated(?:Replacing|Aggregating)MergeTree\('\/clickhouse\/tables\/\{shard\}\/\{database\}\/\{(?:table|uuid)\}', '\{replica\}'/,
        );
    }
    for (const statement of all(SINGLE)) expect(statement).not.toMatch(/ON CLUSTER|Replicated/);
  });

  it('gives every materialized view a definer, and every table a window for tokens and its syncs', () => {
    const statements = all(SINGLE);
    const views = statements.filter((each) => each.startsWith('CREATE MATERIALIZED VIEW'));
    expect(views.length).toBeGreaterThan(0);
    for (const view of views) expect(view).toContain('DEFINER = tollgate_owner SQL SECURITY DEFINER');
    for (const table of statements.filter((each) => /ENGINE = \w*MergeTree/.test(each)))
      expect(table).toMatch(
        /non_replicated_deduplication_window = \d+, fsync_after_insert = 1, fsync_part_directory = 1/,
      );
  });

  it('takes the names of metadata from the contract', () => {
    const spans = all(SINGLE).find((each) => each.includes('TO tollgate.spans\n')) ?? '';
    for (const name of METADATA_ATTRIBUTES) expect(spans).toContain(`'${name}'`);
  });

  it('refuses a placeholder that nobody fills, and a cluster that is not a name', () => {
    expect(() => renderMigration(`SELECT ${'$'}{NOTHING}`, SINGLE)).toThrow(/NOTHING/);
    expect(() => renderMigration('SELECT 1', { kind: 'cluster', cluster: `x'; DROP` })).toThrow(RangeError);
  });
});
