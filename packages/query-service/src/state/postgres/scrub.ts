import { setTimeout as sleep } from 'node:timers/promises';
import { TollgateError } from '@tollgate/contract';
import type { Pool } from 'pg';

const RETRY_MS = 200;
const PATIENCE_MS = 10_000;

/**
 * Leaves nothing in the files of the rows that updates and deletions left behind. The server copies such a row as long as a
 * transaction that began before is open and might still look at it: a dump, an analysis, somebody's session. So it is done again until
 * the server says that it kept none. What the server's own log and its copies hold is theirs to forget.
 * @throws TollgateError `storage_unavailable` while such a transaction does not end; the erasure goes on later
 */
export async function scrubApprovals(pool: Pool, patience_ms = PATIENCE_MS): Promise<void> {
  for (const end = performance.now() + patience_ms; ; await sleep(RETRY_MS)) {
    if ((await rowsKept(pool)) === 0) return;
    if (performance.now() > end)
      throw new TollgateError(
        'storage_unavailable',
        'PostgreSQL keeps what was erased for a transaction that is still open: end it (pg_stat_activity), and the erasure goes on.',
      );
  }
}

/** Rewrites the table. @returns how many dead rows it had to copy; not a number where the server did not say */
async function rowsKept(pool: Pool): Promise<number> {
  const client = await pool.connect();
  let kept = Number.NaN;
  // In every language the detail begins with that number.
  const hear = ({ detail }: { detail?: string | undefined }) => {
    const said = /^\D*(\d+)/.exec(detail ?? '')?.[1];
    if (said !== undefined) kept = Number(said);
  };
  client.on('notice', hear);
  try {
    await client.query('vacuum (full, verbose) approvals');
  } finally {
    client.off('notice', hear);
    client.release();
  }
  return kept;
}
