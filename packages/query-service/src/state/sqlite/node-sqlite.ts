import type { DatabaseSync } from 'node:sqlite';

export interface OpenOptions {
  /** Refuses every write, also through raw SQL. */
  readonly readOnly?: boolean;
  readonly journal?: 'wal' | 'delete';
  /** How long to wait for another process that writes. */
  readonly patience_ms?: number;
}

/**
 * Opens a database file with `node:sqlite`: write-ahead log, every commit synced to disk (invariant 1 rests on it),
 * foreign keys enforced, what is overwritten or deleted zeroed in the file, and five seconds of patience with another process.
 */
export function openDatabase(
  path: string,
  { readOnly = false, journal = 'wal', patience_ms = 5000 }: OpenOptions = {},
): DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path, { readOnly, enableForeignKeyConstraints: true });
  database.exec(`PRAGMA busy_timeout = ${patience_ms}; PRAGMA trusted_schema = OFF`);
  if (readOnly) database.exec('PRAGMA query_only = ON');
  else if (journal === 'wal')
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
  return database;
}

let loaded: typeof import('node:sqlite') | undefined;

/** Node prints a warning when its SQLite is loaded first; users need not read it, and it is about the API alone. */
function loadSqlite(): typeof import('node:sqlite') {
  if (loaded !== undefined) return loaded;
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    loaded = process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
  return loaded;
}
