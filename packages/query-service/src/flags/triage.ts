import { TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { requireTeam } from '../identity/require.ts';
import { acknowledgeIncidents } from '../incidents/open-incident.ts';
import { timeText } from '../state/time.ts';
import { appendFlagEvent } from './event.ts';
import { hadPart } from './had-part.ts';
import { barredFromResolving, mayBecome, type TriageState } from './may-triage.ts';
import { evaluationTables } from './tables.ts';

/**
 * A person acknowledges or resolves a flag, with a note.
 * @throws TollgateError `not_found`, `conflict` where the flag is no longer in a state to be taken there, `four_eyes` for
 * who would resolve a critical flag about what they did
 */
export async function triageFlag(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  flag_id: string,
  to: TriageState,
  note: string,
): Promise<void> {
  await control.change(async (change) => {
    const db = evaluationTables(change.db);
    const flag = await db.selectFrom('flags').selectAll().where('flag_id', '=', flag_id).executeTakeFirst();
    if (flag === undefined) throw new TollgateError('not_found');
    requireTeam(person, flag.team);
    if (!mayBecome(flag.state, to)) throw new TollgateError('conflict', `The flag is ${flag.state}.`);
    const barred =
      to === 'resolved' ? barredFromResolving(flag, await hadPart(change.db, flag), person) : undefined;
    if (barred !== undefined) throw barred;
    const at = timeText(change.now);
    const who =
      to === 'acknowledged'
        ? { acknowledged_by: person.name, acknowledged_at: at }
        : { resolved_by: person.name, resolved_at: at };
    const row = await db
      .updateTable('flags')
      .set({ ...who, state: to, note, updated_at: at })
      .where('flag_id', '=', flag_id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await acknowledgeIncidents(change, flag_id, person.name);
    await appendFlagEvent(change, control, row, { event: to, actor: person.name, note });
  });
}
