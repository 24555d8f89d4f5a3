import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { DATABASE } from '../roles.ts';
import { expiries, type RetentionDays } from './retention.ts';

/**
 * Of runs that were on hold and are no longer, drops what has expired meanwhile. A merge asks of a row only once, when its time
 * is over, and does not ask again after it was kept; so what a lifted hold leaves behind is looked for here. Only parts that
 * have such rows are rewritten.
 * @returns how many rows went; it may be called again at any time
 */
export async function dropReleased(owner: ClickHouseClient, days: RetentionDays): Promise<number> {
  let dropped = 0;
  for (const { table, expiredOfRuns } of expiries(days)) {
    if (expiredOfRuns === undefined) continue;
    const condition = `${RELEASED} AND ${expiredOfRuns}`;
    const answer = await owner.query({
      query: `SELECT count() AS rows FROM ${DATABASE}.${table} WHERE ${condition}`,
      format: 'JSONEachRow',
    });
    const rows = z.array(countRow).parse(await answer.json())[0]?.rows ?? 0;
    if (rows === 0) continue;
    await owner.command({
      query: `ALTER TABLE ${DATABASE}.${table} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`,
    });
    dropped += rows;
  }
  return dropped;
}

const RELEASED = `run_id IN (SELECT run_id FROM ${DATABASE}.held_runs)
  AND run_id NOT IN (SELECT run_id FROM ${DATABASE}.runs_on_hold)`;

const countRow = z.object({ rows: z.coerce.number().int() });
