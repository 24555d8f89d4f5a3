import { TollgateError } from '@tollgate/contract';
import { installationLedger } from '../records/workflow-ledger.ts';
import type { ControlState } from '../state/change.ts';
import { readJsonList } from '../state/json.ts';
import { isoTimeOrNull, seconds, timeText } from '../state/time.ts';
import { newSecret } from './secrets.ts';

export interface Rotation {
  readonly credential_id: string;
  /** Who asks for it. */
  readonly created_by: string;
  /** When the new key ends by itself. */
  readonly expires_in_seconds?: number | undefined;
  /** When the one before ends at the latest; without it, that one lives on until it is revoked. */
  readonly overlap_seconds?: number | undefined;
}

export interface Rotated {
  readonly credential_id: string;
  /** In this answer and nowhere else. */
  readonly key: string;
  /** When the one before ends, in nanoseconds since 1970; null: not by itself. */
  readonly replaced_expires_at: string | null;
}

/**
 * A second key beside a live one, for the same principal, team, workflows and uses, so that processes change over one by one. Runs
 * and approvals are the principal's, so they go on with either.
 * @throws TollgateError `not_found` where there is no such key, or it has ended
 */
export function rotateKey(control: ControlState, rotation: Rotation): Promise<Rotated> {
  const { credential_id: replaces, created_by, expires_in_seconds, overlap_seconds } = rotation;
  const { credential_id, presented, hash } = newSecret('agent_key');
  return control.change(async ({ db, now, record }) => {
    const old = await db
      .selectFrom('credentials')
      .selectAll()
      .where('credential_id', '=', replaces)
      .where('kind', '=', 'agent_key')
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (old === undefined || (old.expires_at !== null && old.expires_at <= timeText(now)))
      throw new TollgateError('not_found', 'No live key has that id.');
    const ends = (after: number | undefined) => (after === undefined ? null : timeText(now + seconds(after)));
    const { principal, team, workflows, scopes, label } = old;
    const shared = { principal, team, workflows, scopes, label };
    await db
      .insertInto('credentials')
      .values({
        ...{ credential_id, kind: 'agent_key', secret_hash: hash, ...shared },
        ...{ created_at: timeText(now), created_by, expires_at: ends(expires_in_seconds) },
      })
      .execute();
    const replaced_expires_at = sooner(old.expires_at, ends(overlap_seconds));
    await db
      .updateTable('credentials')
      .set({ expires_at: replaced_expires_at })
      .where('credential_id', '=', replaces)
      .execute();
    await record(installationLedger(control, created_by), {
      kind: 'credential_issued',
      actor: created_by,
      detail: {
        ...{ credential_id, kind: 'agent_key', principal: principal ?? '', team: team ?? '', label },
        ...{ workflows: [...readJsonList(workflows)], scopes: [...readJsonList(scopes)] },
        ...{ replaces, replaced_expires_at: isoTimeOrNull(replaced_expires_at) },
      },
    });
    return { credential_id, key: presented, replaced_expires_at };
  });
}

/** Times as text are in the order of time. */
const sooner = (one: string | null, other: string | null): string | null =>
  one === null || (other !== null && other < one) ? other : one;
