import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouse, type OpenOptions, openClickHouse } from './open.ts';
import type { RetentionDays } from './retention/retention.ts';

/** The times of tests stay what they are while the world grows older, so nothing expires unless a test is about that. */
const KEEP_ALL: RetentionDays = { evidence: 36_500, content: 36_500, quarantine: 36_500, totals: 36_500 };

/** A real, empty, migrated store in a directory of its own, made in `within`; `close` ends the server and removes the directory. */
export async function startTestClickHouse({
  retention = KEEP_ALL,
  within = tmpdir(),
}: Pick<OpenOptions, 'retention'> & { readonly within?: string } = {}): Promise<
  ClickHouse & { readonly directory: string }
> {
  const directory = await mkdtemp(join(within, 'tollgate-clickhouse-'));
  try {
    const store = await openClickHouse({ directory, retention });
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
