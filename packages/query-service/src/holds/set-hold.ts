import { v7 as uuidv7 } from 'uuid';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { requireOwner } from '../registrations/require-owner.ts';
import { timeText } from '../state/time.ts';
import { FIRST, type Hold, holdRow, LAST } from './hold.ts';
import { runSubject, type Subject, workflowSubject } from './subject.ts';

/** A run, or the runs of a workflow and a period (`IN_PERIOD`); times in nanoseconds, none where it has no such end. */
export type Asked =
  | { readonly kind: 'run'; readonly run_id: string }
  | {
      readonly kind: 'workflow';
      readonly workflow: string;
      readonly from?: bigint | undefined;
      readonly to?: bigint | undefined;
    };

/**
 * Keeps what there is of a run, or of a workflow's runs of a period, from retention and erasure, until it is lifted. Several
 * holds may be about the same run; it is held as long as one of them is.
 * @throws TollgateError `not_found`, `forbidden` unless the person owns it or is an admin
 */
export async function setHold(
  deps: Pick<Deps, 'control' | 'store'>,
  person: PersonIdentity,
  asked: Asked,
  reason: string,
): Promise<Hold> {
  const subject =
    asked.kind === 'run'
      ? await runSubject(deps, person, asked.run_id)
      : await workflowSubject(deps, person, asked.workflow);
  requireOwner(person, subject, 'sets a legal hold');
  return deps.control.change(async (change) => {
    const hold = holdOf(subject, asked, { by: person.name, reason, now: change.now });
    await change.db.insertInto('legal_holds').values(hold).execute();
    const { hold_id, run_id, workflow, held_from, held_to } = hold;
    const { hash } = await change.record(subject.scope, {
      kind: 'hold_set',
      actor: person.name,
      detail: { hold_id, run_id, workflow, held_from, held_to, reason },
    });
    const { policy_version } = subject;
    const event = { event: 'set', hold, policy_version, actor: person.name, reason } as const;
    await change.row('legal_holds', holdRow({ ...event, now: change.now, hash }));
    // Of a workflow, its own chain is held as well: who changed and suspended it while those runs went on.
    await change.row('held_runs', { run_id: run_id ?? subject.scope.run_id, hold_id });
    return hold;
  });
}

function holdOf(
  { run_id, workflow, owner, team }: Subject,
  asked: Asked,
  { by, reason, now }: { readonly by: string; readonly reason: string; readonly now: bigint },
): Hold {
  const [from, to] = asked.kind === 'run' ? [undefined, undefined] : [asked.from, asked.to];
  return {
    ...{ hold_id: uuidv7(), run_id, workflow, owner, team, reason, set_by: by, set_at: timeText(now) },
    held_from: timeText(from ?? FIRST),
    held_to: timeText(to ?? LAST),
    ...{ lifted_by: null, lifted_at: null, lift_reason: null },
  };
}
