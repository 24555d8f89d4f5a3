import type { DatabaseSync } from 'node:sqlite';

export interface OpenOptions {
  /** Refuses every write, also through raw SQL. */
  readonly readOnly?: boolean;
}

/**
 * Opens a database file with `node:sqlite`: write-ahead log, every commit synced to disk (invariant 1 rests on it),
 * foreign keys enforced, and five seconds of patience with another process.
 */
export function openDatabase(path: string, { readOnly = false }: OpenOptions = {}): DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path, { readOnly, enableForeignKeyConstraints: true });
  database.exec('PRAGMA busy_timeout = 5000');
  if (readOnly) database.exec('PRAGMA query_only = ON');
  else database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
  return database;
}

let loaded: typeof import('node:sqlite') | undefined;

/** Node prints a warning when its SQLite is loaded first; the module has been stable enough that users need not read it. */
function loadSqlite(): typeof import('node:sqlite') {
  if (loaded !== undefined) return loaded;
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    loaded = process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
  return loaded;
}
