import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { ControlState, StoreRow } from '../state/change.ts';
import { shippingIsPaused } from './shipping-pause.ts';

/** Rows of one table that are sent together, under one token, until they are stored. */
export interface Batch {
  readonly batch_id: string;
  readonly table: string;
  readonly rows: readonly StoreRow[];
}

export interface BatchLimits {
  readonly rows: number;
  readonly characters: number;
}

const row = z.record(z.string(), z.unknown());

/** The tables that have rows on their way. */
export async function pendingTables({ db }: Pick<ControlState, 'db'>): Promise<string[]> {
  const rows = await db.selectFrom('evidence_outbox').select('table_name').distinct().execute();
  return rows.map(({ table_name }) => table_name);
}

export async function outboxDepth({ db }: Pick<ControlState, 'db'>): Promise<number> {
  const { rows } = await db
    .selectFrom('evidence_outbox')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  return rows;
}

/**
 * The next batch of a table: the one that was being sent when the service last stopped, else a new one. Its id, which
 * is the deduplication token, and its rows are durable before the first attempt; a token with other rows would lose them.
 * Undefined where there is nothing to send, or where a backup pauses it.
 */
export async function nextBatch(
  control: ControlState,
  table: string,
  limits: BatchLimits,
): Promise<Batch | undefined> {
  return (await openBatch(control, table)) ?? claimBatch(control, table, limits);
}

/** Forgets the rows of a batch that is stored. */
export async function dropBatch(control: ControlState, batch_id: string): Promise<void> {
  await control.change(async ({ db }) => {
    await db.deleteFrom('evidence_outbox').where('batch_id', '=', batch_id).execute();
  });
}

async function openBatch({ db }: ControlState, table: string): Promise<Batch | undefined> {
  const first = await db
    .selectFrom('evidence_outbox')
    .select('batch_id')
    .where('table_name', '=', table)
    .where('batch_id', 'is not', null)
    .orderBy('position')
    .limit(1)
    .executeTakeFirst();
  if (first?.batch_id == null) return undefined;
  const rows = await db
    .selectFrom('evidence_outbox')
    .select('row')
    .where('batch_id', '=', first.batch_id)
    .orderBy('position')
    .execute();
  return { batch_id: first.batch_id, table, rows: rows.map((one) => row.parse(JSON.parse(one.row))) };
}

async function claimBatch(
  control: ControlState,
  table: string,
  limits: BatchLimits,
): Promise<Batch | undefined> {
  const batch_id = uuidv7();
  const claimed = await control.change(async ({ db, now }) => {
    if (await shippingIsPaused({ db, now })) return [];
    const rows = await db
      .selectFrom('evidence_outbox')
      .select(['position', 'row'])
      .where('table_name', '=', table)
      .where('batch_id', 'is', null)
      .orderBy('position')
      .limit(limits.rows)
      .execute();
    const fitting = withinCharacters(rows, limits.characters);
    const last = fitting.at(-1);
    if (last === undefined) return [];
    await db
      .updateTable('evidence_outbox')
      .set({ batch_id })
      .where('table_name', '=', table)
      .where('batch_id', 'is', null)
      .where('position', '<=', last.position)
      .execute();
    return fitting;
  });
  if (claimed.length === 0) return undefined;
  return { batch_id, table, rows: claimed.map((one) => row.parse(JSON.parse(one.row))) };
}

/** As many rows from the start as fit, and at least one. */
function withinCharacters<T extends { row: string }>(rows: readonly T[], most: number): T[] {
  let characters = 0;
  const end = rows.findIndex((one) => {
    characters += one.row.length;
    return characters > most;
  });
  return end === -1 ? [...rows] : rows.slice(0, Math.max(1, end));
}
