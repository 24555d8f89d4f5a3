import { join } from 'node:path';
import { openDatabase } from './sqlite/node-sqlite.ts';

/**
 * Takes the right to be the one service on a data directory. It rests on a lock that the kernel gives back when the
 * process ends, however it ends.
 * @returns how to give it back
 * @throws Error where another process has it
 */
export function lockDirectory(directory: string): () => void {
  const database = openDatabase(join(directory, 'service.lock'), { journal: 'delete', patience_ms: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new Error(`Another query service runs on ${directory}. Stop it, or choose another directory.`, {
      cause,
    });
  }
  return () => {
    if (database.isOpen) database.close();
  };
}
