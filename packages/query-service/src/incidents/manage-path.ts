import { TollgateError } from '@tollgate/contract';
import { v7 as uuidv7 } from 'uuid';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { workflowLedger } from '../records/workflow-ledger.ts';
import { currentVersion, requirementsOf } from '../registrations/read-workflow.ts';
import { requireOwner } from '../registrations/require-owner.ts';
import { newNotification } from './notification.ts';
import { type MadeSecret, makeSecret } from './secrets.ts';

/**
 * Sends a test down a workflow's incident path, as an incident would go.
 * @returns its notification's id
 * @throws TollgateError `conflict` where there is no webhook, or a test is on its way already
 */
export async function testPath(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  workflow: string,
): Promise<string> {
  return control.change(async (change) => {
    const { db, now } = change;
    const version = await currentVersion(db, workflow);
    requireOwner(person, version, 'tests its incident path');
    const { workflow: file } = await requirementsOf(db, version);
    const about = { purpose: 'test' as const, flag_id: null, control: null, run_id: null };
    const row = newNotification(uuidv7(), version, file, { ...about, severity: 'info' }, now);
    if (row.url === null)
      throw new TollgateError('conflict', 'The incident path of the workflow file names no webhook.');
    const waiting = await db
      .selectFrom('notifications')
      .select('notification_id')
      .where('workflow', '=', workflow)
      .where('purpose', '=', 'test')
      .where('state', '=', 'waiting')
      .executeTakeFirst();
    if (waiting !== undefined)
      throw new TollgateError('conflict', `A test is on its way already: ${waiting.notification_id}.`);
    await db.insertInto('notifications').values(row).execute();
    await change.record(workflowLedger(control, version), {
      kind: 'incident_tested',
      actor: person.name,
      detail: { notification_id: row.notification_id, webhook: new URL(row.url).host },
    });
    return row.notification_id;
  });
}

/** Makes a new secret for a workflow's webhook; it is shown this once. @throws TollgateError as `testPath` for its owner */
export async function rotateSecret(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  workflow: string,
): Promise<MadeSecret> {
  return control.change(async (change) => {
    const version = await currentVersion(change.db, workflow);
    requireOwner(person, version, 'sees the secret of its webhook');
    return makeSecret(change, control, version, person.name);
  });
}
