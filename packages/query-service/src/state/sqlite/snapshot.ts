import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './snapshot-thread.ts' : './snapshot-thread.js',
  import.meta.url,
);

/**
 * Copies a database into a new file, readable by its owner alone, in one reading transaction: writers may go on, where the copy
 * interface of SQLite would begin anew at each commit of another process. What was deleted is not in it.
 */
export async function snapshot(from: string, to: string): Promise<void> {
  const worker = new Worker(THREAD, { workerData: { from, to } });
  // An error in the thread rejects this.
  await once(worker, 'exit');
  chmodSync(to, 0o600);
}
