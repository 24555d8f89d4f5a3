import { randomInt } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { TollgateError } from '@tollgate/contract';
import { PAUSED } from '../records/shipping-pause.ts';
import { openDatabase } from './sqlite/node-sqlite.ts';
import { timeText } from './time.ts';

/** A pause that nobody renews ends by itself, so a backup that was killed stops nothing. */
const PAUSE_MS = 30_000;
const RENEW_MS = 5000;
const PATIENCE_MS = 60_000;

/**
 * Copies the control state into a new file, also of a service that runs meanwhile, and lets no evidence leave its outbox until
 * `meanwhile`, which copies the evidence store, has ended. So every record that the copy refers to is in the copied store or in
 * the copied outbox, and the copied store has none that the copy does not know, which would fork a chain. Approvals and
 * everything else go on; what they record is sent afterwards.
 * @throws TollgateError `conflict` where another backup is going on; `storage_unavailable` where the service does not stop
 * sending, or the pause could not be kept up
 */
export async function backupControlState(
  directory: string,
  file: string,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const database = openDatabase(join(directory, 'control.db'));
  const pause = pauseShipping(database);
  try {
    await untilNothingIsSent(database);
    snapshot(database, file);
    pause.renew();
    await meanwhile();
    pause.renew();
    pause.check();
  } finally {
    pause.end();
    database.close();
  }
}

/** Keeps the pause up until its end. `check` throws where it has ever ended meanwhile. */
function pauseShipping(database: DatabaseSync) {
  let until = begin(database);
  let failure: Error | undefined;
  // Only what this backup wrote: one that came after it was over has a pause of its own.
  const write = database.prepare('UPDATE state_values SET value = ? WHERE name = ? AND value = ?');
  const renew = () => {
    const next = pauseFrom(Date.now());
    const { changes } = write.run(next, PAUSED, until);
    if (until <= timeText(nanoseconds(Date.now())) || Number(changes) === 0)
      failure = new TollgateError('storage_unavailable', 'The pause of sending evidence ended too early.');
    if (Number(changes) > 0) until = next;
  };
  const timer = setInterval(() => {
    try {
      renew();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
  }, RENEW_MS);
  return {
    renew,
    check: () => {
      if (failure !== undefined) throw failure;
    },
    end: () => {
      clearInterval(timer);
      database.prepare('DELETE FROM state_values WHERE name = ? AND value = ?').run(PAUSED, until);
    },
  };
}

const nanoseconds = (ms: number): bigint => BigInt(ms) * 1_000_000n;
/** A few nanoseconds of its own tell it from every other. */
const pauseFrom = (now: number): string =>
  timeText(nanoseconds(now + PAUSE_MS) + BigInt(randomInt(1_000_000)));

/** Two at once would end each other's pause. Gives until when it is paused. @throws TollgateError `conflict` where it is paused already */
function begin(database: DatabaseSync): string {
  const now = Date.now();
  const until = pauseFrom(now);
  const { changes } = database
    .prepare(
      `INSERT INTO state_values (name, value) VALUES (?, ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE state_values.value <= ?`,
    )
    .run(PAUSED, until, timeText(nanoseconds(now)));
  if (Number(changes) > 0) return until;
  throw new TollgateError(
    'conflict',
    'Another backup is going on, or was killed less than half a minute ago.',
  );
}

/** A batch that was begun is sent to its end; none is begun any more. */
async function untilNothingIsSent(database: DatabaseSync): Promise<void> {
  const open = database.prepare('SELECT 1 FROM evidence_outbox WHERE batch_id IS NOT NULL LIMIT 1');
  for (const end = Date.now() + PATIENCE_MS; open.get() !== undefined; await sleep(50))
    if (Date.now() > end)
      throw new TollgateError(
        'storage_unavailable',
        'Evidence that is being sent does not arrive in the store. Is ClickHouse well?',
      );
}

/**
 * One reading transaction, so writers may go on; the copy interface of SQLite would begin anew at each commit of another
 * process. What was deleted is not in it.
 */
function snapshot(database: DatabaseSync, file: string): void {
  database.prepare('VACUUM INTO ?').run(file);
  chmodSync(file, 0o600);
  const copy = openDatabase(file, { journal: 'delete' });
  copy.prepare('DELETE FROM state_values WHERE name = ?').run(PAUSED);
  copy.close();
}
