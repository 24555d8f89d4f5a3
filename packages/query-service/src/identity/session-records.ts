import { installationLedger } from '../records/workflow-ledger.ts';
import type { Change, ControlState } from '../state/change.ts';
import type { PersonIdentity } from './identity.ts';

/** Puts on record that a session was opened with a personal token; a sign-in by the provider says so itself, with its account. */
export async function recordSignIn(
  change: Change,
  control: ControlState,
  { person_id, name }: PersonIdentity,
  credential_id: string,
): Promise<void> {
  await change.record(installationLedger(control, name), {
    kind: 'signed_in',
    actor: name,
    detail: { person_id, credential_id },
  });
}

export async function recordSignOut(
  change: Change,
  control: ControlState,
  { person_id, name }: PersonIdentity,
): Promise<void> {
  await change.record(installationLedger(control, name), {
    kind: 'signed_out',
    actor: name,
    detail: { person_id },
  });
}

/** Puts on record that somebody was not let in. Only for what strangers cannot repeat at will. */
export async function recordRefusal(
  control: ControlState,
  detail: Readonly<Record<string, string>>,
): Promise<void> {
  await control.change(async (change) => {
    await change.record(installationLedger(control, 'sign-in'), {
      kind: 'sign_in_refused',
      actor: 'sign-in',
      detail: { ...detail },
    });
  });
}
