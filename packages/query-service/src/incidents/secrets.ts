import { v7 as uuidv7 } from 'uuid';
import { workflowLedger } from '../records/workflow-ledger.ts';
import type { WorkflowVersion } from '../registrations/read-workflow.ts';
import type { Change, ControlState } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import { newWebhookSecret } from './sign.ts';

/** How long the secret before goes on signing beside the new one, so that a receiver can change in its own time. */
const OVERLAP_SECONDS = 24 * 3600;

export interface MadeSecret {
  readonly secret: string;
  /** When the one before stops to sign (19 digits of ns); null where there was none. */
  readonly previous_ends_at: string | null;
}

/** The secrets that sign now, the newest first: at most two. */
export async function validSecrets(
  { db }: Pick<ControlState, 'db'>,
  workflow: string,
  now: bigint,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('webhook_secrets')
    .select('secret')
    .where('workflow', '=', workflow)
    .where(({ eb, or }) => or([eb('ends_at', 'is', null), eb('ends_at', '>', timeText(now))]))
    .orderBy('made_at', 'desc')
    .limit(2)
    .execute();
  return rows.map(({ secret }) => secret);
}

/**
 * Makes a secret for a workflow's webhook, which signs from now on. The one before signs beside it for a day; any older
 * one is forgotten. The secret is on no record: only that it was made, and by whom.
 */
export async function makeSecret(
  change: Change,
  control: Pick<ControlState, 'writer'>,
  version: WorkflowVersion,
  made_by: string,
): Promise<MadeSecret> {
  const { db, now } = change;
  const { workflow } = version;
  await db
    .deleteFrom('webhook_secrets')
    .where('workflow', '=', workflow)
    .where('ends_at', 'is not', null)
    .execute();
  const ends_at = timeText(now + seconds(OVERLAP_SECONDS));
  const { numUpdatedRows } = await db
    .updateTable('webhook_secrets')
    .set({ ends_at })
    .where('workflow', '=', workflow)
    .executeTakeFirst();
  const secret_id = uuidv7();
  const secret = newWebhookSecret();
  await db
    .insertInto('webhook_secrets')
    .values({ secret_id, workflow, secret, made_at: timeText(now), made_by, ends_at: null })
    .execute();
  const previous_ends_at = numUpdatedRows > 0n ? ends_at : null;
  await change.record(workflowLedger(control, version), {
    kind: 'webhook_secret_made',
    actor: made_by,
    detail: { secret_id, previous_ends_at },
  });
  return { secret, previous_ends_at };
}
