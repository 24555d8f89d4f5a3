import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { StoreError } from '../errors.ts';
import { DATABASE } from '../roles.ts';

/**
 * Writes the whole database as it is now, while it goes on, into a new folder that the engine may write to (`backupsFolder`).
 * @throws StoreError `backup_failed`, with what the engine says
 */
export async function backupStore(owner: ClickHouseClient, path: string): Promise<void> {
  await run(owner, `BACKUP DATABASE ${DATABASE} TO File({path:String}) ASYNC`, path);
}

/** Brings the database back from such a folder, into an engine that has none. @throws StoreError `backup_failed` */
export async function restoreStore(owner: ClickHouseClient, path: string): Promise<void> {
  await run(owner, `RESTORE DATABASE ${DATABASE} FROM File({path:String}) ASYNC`, path);
}

const started = z.object({ id: z.string() });
const state = z.object({ status: z.string(), error: z.string() });
const LOOK_AGAIN_MS = 100;

/** In the background of the engine, since no request is open as long as that may take. */
async function run(owner: ClickHouseClient, query: string, path: string): Promise<void> {
  // Where a path stands in this statement, the engine takes no parameter.
  const quoted = `'${path.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const answer = await owner
    .query({ query: query.replace('{path:String}', quoted), format: 'JSONEachRow' })
    .catch((cause: unknown) => {
      throw new StoreError('backup_failed', cause instanceof Error ? cause.message : String(cause), {
        cause,
      });
    });
  const [{ id } = { id: '' }] = z.array(started).parse(await answer.json());
  for (;;) {
    const { status, error } = await stateOf(owner, id);
    if (status === 'BACKUP_CREATED' || status === 'RESTORED') return;
    if (status !== 'CREATING_BACKUP' && status !== 'RESTORING')
      throw new StoreError('backup_failed', `${status}: ${error}`);
    await sleep(LOOK_AGAIN_MS);
  }
}

async function stateOf(owner: ClickHouseClient, id: string): Promise<z.output<typeof state>> {
  const answer = await owner.query({
    query: 'SELECT toString(status) AS status, error FROM system.backups WHERE id = {id:String}',
    query_params: { id },
    format: 'JSONEachRow',
  });
  const [found] = z.array(state).parse(await answer.json());
  return found ?? { status: 'GONE', error: 'the engine was started again meanwhile' };
}
