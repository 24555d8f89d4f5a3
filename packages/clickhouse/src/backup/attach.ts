import type { ClickHouseClient } from '@clickhouse/client';
import { connect } from '../clients.ts';
import { loadCredentials } from '../credentials.ts';
import { StoreError } from '../errors.ts';
import { startEmbeddedServer } from '../server/embedded-server.ts';
import { accepts, lastPorts } from '../server/ports.ts';

/** The owner's client of the embedded engine of a directory. */
export interface Attached {
  readonly owner: ClickHouseClient;
  /** Ends what was started for it, and nothing else. */
  close(): Promise<void>;
}

/**
 * Attaches to the engine that runs over a directory, or starts it where none does. It is not migrated: what is there is
 * read as it is.
 * @throws StoreError where another process has the directory and no engine answers there
 */
export async function attachToEngine(directory: string): Promise<Attached> {
  try {
    const server = await startEmbeddedServer({ directory });
    const owner = connect(server.url, server.credentials.owner);
    return { owner, close: () => owner.close().then(() => server.stop()) };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'directory_locked') throw error;
    const ports = lastPorts(directory);
    if (ports === undefined || !(await accepts(ports.http, 5000))) throw error;
    const owner = connect(`http://127.0.0.1:${ports.http}`, loadCredentials(directory).owner);
    return { owner, close: () => owner.close() };
  }
}
