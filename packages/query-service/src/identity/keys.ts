import { TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import { installationLedger } from '../records/workflow-ledger.ts';
import type { Change, ControlState } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import { lifetime } from './lifetime.ts';
import { newSecret } from './secrets.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/);

export const newAgentKey = z.strictObject({
  /** What the key speaks for, e.g. `support-triage-agent`. */
  principal: z.string().trim().min(1).max(128),
  team: name,
  /** `['*']` is every workflow of the team. */
  workflows: z.array(z.union([z.literal('*'), name])).min(1),
  /** `ingest`: may send spans; `api`: may register runs and ask for approvals. */
  scopes: z
    .array(z.enum(['ingest', 'api']))
    .min(1)
    .default(['ingest', 'api']),
  label: z.string().max(200).default(''),
  created_by: z.string().min(1),
  expires_in_seconds: lifetime.optional(),
});

/**
 * Makes a key for an agent's process. The key itself is in the answer and nowhere else.
 * @throws TollgateError `conflict` for a principal of another team: what comes with its key is known by its name alone
 */
export async function createAgentKey(
  control: ControlState,
  input: z.input<typeof newAgentKey>,
): Promise<{ credential_id: string; key: string }> {
  const { principal, team, workflows, scopes, label, created_by, expires_in_seconds } =
    newAgentKey.parse(input);
  const { credential_id, presented, hash } = newSecret('agent_key');
  await control.change(async (change) => {
    const { db, now } = change;
    await refuseOthers(change, principal, team);
    const credential = {
      credential_id,
      kind: 'agent_key' as const,
      secret_hash: hash,
      label,
      principal,
      team,
      workflows: JSON.stringify(workflows),
      scopes: JSON.stringify(scopes),
      created_at: timeText(now),
      created_by,
      expires_at: expires_in_seconds === undefined ? null : timeText(now + seconds(expires_in_seconds)),
    };
    await db.insertInto('credentials').values(credential).execute();
    await change.record(installationLedger(control, created_by), {
      kind: 'credential_issued',
      actor: created_by,
      detail: { credential_id, kind: 'agent_key', principal, team, workflows, scopes, label },
    });
  });
  return { credential_id, key: presented };
}

async function refuseOthers({ db, now }: Change, principal: string, team: string): Promise<void> {
  const others = await db
    .selectFrom('credentials')
    .select('credential_id')
    .where('principal', '=', principal)
    .where('team', '!=', team)
    .where('revoked_at', 'is', null)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', timeText(now))]))
    .executeTakeFirst();
  if (others !== undefined)
    throw new TollgateError('conflict', `Another team has a live key of a principal ${principal}.`);
}

/** Ends a key or token, and every session that the token opened. @throws TollgateError `not_found` */
export async function revokeCredential(
  control: ControlState,
  credential_id: string,
  revoked_by: string,
): Promise<void> {
  await control.change(async (change) => {
    const { db, now } = change;
    const { numUpdatedRows } = await db
      .updateTable('credentials')
      .set({ revoked_at: timeText(now) })
      .where('credential_id', '=', credential_id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) throw new TollgateError('not_found', 'No live key or token has that id.');
    await db
      .updateTable('sessions')
      .set({ ended_at: timeText(now) })
      .where('credential_id', '=', credential_id)
      .where('ended_at', 'is', null)
      .execute();
    await change.record(installationLedger(control, revoked_by), {
      kind: 'credential_revoked',
      actor: revoked_by,
      detail: { credential_id },
    });
  });
}
