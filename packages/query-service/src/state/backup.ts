import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { PAUSED } from '../records/shipping-pause.ts';
import { whileNothingIsSent } from './pause.ts';
import { openPostgres } from './postgres/engine.ts';
import { openSqlite } from './sqlite/engine.ts';
import { openDatabase } from './sqlite/node-sqlite.ts';
import { systemClock } from './time.ts';

/**
 * Copies the control state into a new file, also of a service that runs meanwhile, and lets no evidence leave its outbox until
 * `meanwhile`, which copies the evidence store, has ended.
 * @throws what `whileNothingIsSent` throws
 */
export async function backupControlState(
  directory: string,
  file: string,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const engine = openSqlite(directory, systemClock());
  try {
    await whileNothingIsSent(engine, async (renew) => {
      snapshot(directory, file);
      await renew();
      await meanwhile();
    });
  } finally {
    await engine.close();
  }
}

/**
 * Lets no evidence leave a control state in PostgreSQL while `work` copies it and the evidence store, in either order.
 * @throws what `whileNothingIsSent` throws
 */
export async function duringBackup(database_url: string, work: () => Promise<void>): Promise<void> {
  const engine = await openPostgres(database_url, undefined);
  try {
    await whileNothingIsSent(engine, work);
  } finally {
    await engine.close();
  }
}

/**
 * One reading transaction, so writers may go on; the copy interface of SQLite would begin anew at each commit of another
 * process. What was deleted is not in it.
 */
function snapshot(directory: string, file: string): void {
  const database = openDatabase(join(directory, 'control.db'));
  try {
    database.prepare('VACUUM INTO ?').run(file);
  } finally {
    database.close();
  }
  chmodSync(file, 0o600);
  const copy = openDatabase(file, { journal: 'delete' });
  copy.prepare('DELETE FROM state_values WHERE name = ?').run(PAUSED);
  copy.close();
}
