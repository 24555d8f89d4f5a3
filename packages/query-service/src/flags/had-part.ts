import type { Kysely } from 'kysely';
import type { ControlTables } from '../state/tables.ts';
import { readFlagEvidence } from './flag-evidence.ts';
import { type EvaluationTables, evaluationTables } from './tables.ts';

export const FLAG_PARTS = ['initiator', 'approver', 'glass_breaker'] as const;

/** A person, by e-mail address in lower case, whose doing a flag is about. */
export interface HadPart {
  readonly person: string;
  readonly part: (typeof FLAG_PARTS)[number];
}

type Db = Kysely<ControlTables>;
type Flag = Pick<EvaluationTables['flags'], 'run_id' | 'evidence'>;

/**
 * Who had a part in what a flag is about, by the service's own records: the initiator of its run, proven or claimed, and of the
 * approval that its evidence names, or of its call, who approved it and who broke its glass. A flag about an incident is about what
 * the flag behind it is about as well. Nobody where it is about a whole day or month.
 */
export async function hadPart(db: Db, flag: Flag): Promise<HadPart[]> {
  const direct = await partsIn(db, flag);
  const behind = await flagBehind(db, flag);
  const all = behind === undefined ? direct : [...direct, ...(await partsIn(db, behind))];
  const distinct = new Map(all.map((each) => [`${each.part}:${each.person}`, each]));
  return [...distinct.values()];
}

async function partsIn(db: Db, flag: Flag): Promise<HadPart[]> {
  if (flag.run_id === null) return [];
  const run = await db
    .selectFrom('runs')
    .select('initiator')
    .where('run_id', '=', flag.run_id)
    .executeTakeFirst();
  const approvals = await approvalsAbout(db, flag.run_id, readFlagEvidence(flag.evidence));
  if (approvals.length === 0) return run === undefined ? [] : [startedBy(run)];
  const approved = await db
    .selectFrom('approval_decisions')
    .select('email')
    .where('approval_id', 'in', approvals)
    .where('decision', '=', 'approve')
    .orderBy('email')
    .execute();
  const broken = await db
    .selectFrom('glass_breaks')
    .select('email')
    .where('approval_id', 'in', approvals)
    .orderBy('email')
    .execute();
  return [
    ...(run === undefined ? [] : [startedBy(run)]),
    ...approved.map(({ email }) => ({ person: email, part: 'approver' as const })),
    ...broken.map(({ email }) => ({ person: email, part: 'glass_breaker' as const })),
  ];
}

const startedBy = ({ initiator }: { initiator: string }): HadPart => ({
  person: initiator.toLowerCase(),
  part: 'initiator',
});

type Evidence = Readonly<Record<string, unknown>>;

/** The run's approvals that the evidence names, and those of the call that it names: asked for as that call, or passed on to it. */
async function approvalsAbout(db: Db, run_id: string, evidence: Evidence): Promise<string[]> {
  const { approval_id, claimed_approval, call_id } = evidence;
  const approvals = await db
    .selectFrom('approvals')
    .select(['approval_id', 'call_id'])
    .where('run_id', '=', run_id)
    .execute();
  const resumed = await db
    .selectFrom('approval_resumptions')
    .select(['approval_id', 'call_id'])
    .where('run_id', '=', run_id)
    .execute();
  // Compared here and not in the query: what an agent named may be what a database takes for no text.
  const passedOn = new Set(
    resumed.filter((each) => each.call_id === call_id).map((each) => each.approval_id),
  );
  return approvals
    .filter(
      (each) =>
        each.approval_id === approval_id ||
        each.approval_id === claimed_approval ||
        each.call_id === call_id ||
        passedOn.has(each.approval_id),
    )
    .map((each) => each.approval_id);
}

/** The flag whose incident a flag is about. Its id is the service's own word. */
async function flagBehind(db: Db, { evidence }: Flag): Promise<Flag | undefined> {
  const { notification_id, flag_id } = readFlagEvidence(evidence);
  if (typeof notification_id !== 'string' || typeof flag_id !== 'string') return undefined;
  return evaluationTables(db)
    .selectFrom('flags')
    .select(['run_id', 'evidence'])
    .where('flag_id', '=', flag_id)
    .executeTakeFirst();
}
