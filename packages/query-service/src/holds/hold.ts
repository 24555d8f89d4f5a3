import { z } from 'zod';
import { storeTime } from '../records/store-time.ts';
import type { StoreRow } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';
import { isoTime, isoTimeOrNull } from '../state/time.ts';

export type Hold = ControlTables['legal_holds'];

export const holdAnswer = z.object({
  hold_id: z.string(),
  /** Null where it is of the runs of a workflow and a period. */
  run_id: z.string().nullable(),
  workflow: z.string(),
  owner: z.string(),
  team: z.string(),
  /** Of the period in which a run claims to have been, or arrived; null: from the first run on. */
  from: z.iso.datetime().nullable(),
  /** Before which; null: also those to come. */
  to: z.iso.datetime().nullable(),
  reason: z.string(),
  set_by: z.string(),
  set_at: z.iso.datetime(),
  /** Null while it holds, as the two below. */
  lifted_by: z.string().nullable(),
  lifted_at: z.iso.datetime().nullable(),
  lift_reason: z.string().nullable(),
});

/** The bounds of a period that has none. */
export const FIRST = 0n;
export const LAST = BigInt(Date.UTC(2262, 0, 1)) * 1_000_000n;

export function toAnswer({ held_from, held_to, ...hold }: Hold): z.input<typeof holdAnswer> {
  return {
    ...hold,
    from: BigInt(held_from) === FIRST ? null : isoTime(held_from),
    to: BigInt(held_to) === LAST ? null : isoTime(held_to),
    set_at: isoTime(hold.set_at),
    lifted_at: isoTimeOrNull(hold.lifted_at),
  };
}

interface HoldEvent {
  readonly event: 'set' | 'lifted';
  readonly hold: Hold;
  readonly policy_version: string;
  readonly actor: string;
  readonly reason: string;
  readonly now: bigint;
  readonly hash: string;
}

/** What retention reads: the row of the store's table of holds. */
export function holdRow({ event, hold, policy_version, actor, reason, now, hash }: HoldEvent): StoreRow {
  const { hold_id, run_id, workflow, owner, team, held_from, held_to } = hold;
  return {
    ...{ hold_id, event, run_id, workflow, policy_version, owner, team, actor, reason },
    held_from: storeTime(held_from),
    held_to: storeTime(held_to),
    at: storeTime(now),
    record_hash: hash,
  };
}
