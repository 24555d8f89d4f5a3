import { join } from 'node:path';
import { PAUSED } from '../records/shipping-pause.ts';
import { whileNothingIsSent } from './pause.ts';
import { openPostgres } from './postgres/engine.ts';
import { openSqlite } from './sqlite/engine.ts';
import { openDatabase } from './sqlite/node-sqlite.ts';
import { snapshot } from './sqlite/snapshot.ts';
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
    await whileNothingIsSent(engine, async () => {
      await snapshot(join(directory, 'control.db'), file);
      endPause(file);
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

/** A copy is not paused. */
function endPause(file: string): void {
  const copy = openDatabase(file, { journal: 'delete' });
  copy.prepare('DELETE FROM state_values WHERE name = ?').run(PAUSED);
  copy.close();
}
