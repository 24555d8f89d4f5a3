import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { canonicalJson, sha256Hex } from '@tollgate/contract';
import { framesIn } from './frames.ts';
import type { AgentSetup, Effect, SeenApproval } from './messages.ts';

export interface Deed {
  readonly trial: number;
  readonly run: string;
  readonly call: string;
  readonly tool: string;
  readonly args: unknown;
}

type Place = Pick<AgentSetup, 'life' | 'controlDirectory' | 'outbox' | 'effectsFile'>;

/** Sends the message: one line, synced. First it looks with eyes of its own at what permits it, so that no clock has to be believed. */
export function takeEffect(place: Place, deed: Deed): void {
  const { trial, run, call, tool, args } = deed;
  const effect: Effect = {
    ...{ trial, run, call, tool, life: place.life, pid: process.pid },
    digest: sha256Hex(canonicalJson(args)),
    approvals: approvalsOf(place.controlDirectory, run, call),
    intentOnDisk: isIntentOnDisk(place.outbox, run, call),
  };
  const file = openSync(place.effectsFile, 'a');
  writeSync(file, `${JSON.stringify(effect)}\n`);
  fsyncSync(file);
  closeSync(file);
}

function approvalsOf(directory: string, run: string, call: string): SeenApproval[] {
  const database = new DatabaseSync(join(directory, 'control.db'), { readOnly: true });
  database.exec('PRAGMA busy_timeout = 5000');
  const rows = database
    .prepare(
      `SELECT a.approval_id, a.state, a.arguments, g.consumed_at FROM approvals a
       LEFT JOIN grants g ON g.approval_id = a.approval_id WHERE a.run_id = ? AND a.call_id = ?`,
    )
    .all(run, call);
  database.close();
  return rows.map((row) => ({
    approval_id: String(row['approval_id']),
    state: String(row['state']),
    consumed: row['consumed_at'] !== null,
    digest: sha256Hex(String(row['arguments'])),
  }));
}

/** Spools are named after the process that writes them. */
function isIntentOnDisk(outbox: string, run: string, call: string): boolean {
  const mine = framesIn(outbox, (spool) => spool.includes(`~${process.pid}~`));
  const marks = ['"kind":"gate_decided"', '"enforcement":"executed"', `"call_id":"${call}"`];
  return mine.frames.some(
    ({ runId, payload }) => runId === run && marks.every((mark) => payload.includes(mark)),
  );
}
