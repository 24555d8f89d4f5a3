import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouse, openClickHouse } from './open.ts';

/** A real, empty, migrated store in a directory of its own; `close` ends the server and removes the directory. */
export async function startTestClickHouse(): Promise<ClickHouse & { readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-clickhouse-'));
  try {
    const store = await openClickHouse({ directory });
    const close = async () => {
      await store.close();
      await rm(directory, { recursive: true, force: true });
    };
    return { ...store, directory, close };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
