import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import type { Clock } from '../../deps.ts';
import type { StateEngine } from '../engine.ts';
import type { ControlTables } from '../tables.ts';
import { inTurn } from '../turns.ts';
import { nodeSqliteDialect } from './dialect.ts';
import { openDatabase } from './node-sqlite.ts';

/** `control.db` in a directory, which is made where it is missing, readable by its owner alone. Several processes may have it open. */
export function openSqlite(directory: string, clock: Clock): StateEngine {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'control.db');
  const writable = new Kysely<ControlTables>({ dialect: nodeSqliteDialect(openDatabase(path)) });
  chmodSync(path, 0o600);
  const db = new Kysely<ControlTables>({
    dialect: nodeSqliteDialect(openDatabase(path, { readOnly: true })),
  });
  return {
    db,
    writable,
    clock,
    // `begin immediate` has waited already.
    takeTurn: async () => clock(),
    // One service alone has the directory.
    tell: async () => undefined,
    hear: async () => undefined,
    lead: (begin) => begin({}),
    exclusively: inTurn(),
    scrub: async () => {
      // Commits lie in the write-ahead log until it is written back, and its file is used again, not emptied.
      const { rows } = await sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(writable);
      if (rows[0]?.busy !== 0) throw new Error('The write-ahead log is being read, and was not emptied.');
    },
    close: async () => {
      await db.destroy();
      await writable.destroy();
    },
  };
}
