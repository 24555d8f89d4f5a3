import { canonicalJson } from '@tollgate/contract';
import { closeIncidents, openIncident } from '../incidents/open-incident.ts';
import type { Change, ControlState } from '../state/change.ts';
import { timeText } from '../state/time.ts';
import { type FlagChange, flagChanges, type RipeFinding, type StoredFlag } from './changes.ts';
import { appendFlagEvent } from './event.ts';
import type { Judgement } from './judge.ts';
import { type EvaluationTables, evaluationTables } from './tables.ts';

export interface FlagCounts {
  raised: number;
  reopened: number;
  updated: number;
  cleared: number;
}

export const noFlags = (): FlagCounts => ({ raised: 0, reopened: 0, updated: 0, cleared: 0 });

export const addFlags = (counts: FlagCounts, more: FlagCounts): void => {
  for (const kind of ['raised', 'reopened', 'updated', 'cleared'] as const) counts[kind] += more[kind];
};

/**
 * Brings the flags of judged scopes in line with what was found, those of one control in one transaction, so that two
 * evaluators agree. Not all in one: whoever waits for an approval waits for it.
 */
export async function applyJudgements(
  control: ControlState,
  judgements: readonly Judgement[],
): Promise<FlagCounts> {
  const counts = noFlags();
  for (const judgement of judgements) {
    if (await changesNothing(control, judgement)) continue;
    const changes = await control.change((change) => applyJudgement(change, control, judgement));
    for (const { kind } of changes) counts[kind] += 1;
  }
  return counts;
}

/** Of most runs there is nothing to say, and never was: that takes no turn of those who change the state. */
async function changesNothing({ db }: ControlState, judgement: Judgement): Promise<boolean> {
  return judgement.findings.length === 0 && (await storedFlags(db, judgement)).length === 0;
}

/** The same within a change. */
export async function applyJudgement(
  change: Change,
  control: ControlState,
  judgement: Judgement,
): Promise<readonly FlagChange[]> {
  const stored = await storedFlags(change.db, judgement);
  const changes = flagChanges(judgement.control, judgement.findings, stored);
  for (const flagChange of changes) await applyChange(change, control, judgement.control.control, flagChange);
  return changes;
}

type FlagRow = EvaluationTables['flags'];

/** SQLite takes some thousands of parameters; scopes come in fewer at a time. */
const SCOPES_AT_ONCE = 500;

async function storedFlags(db: ControlState['db'], { control, scopes }: Judgement): Promise<StoredFlag[]> {
  const flags: StoredFlag[] = [];
  for (let from = 0; from < scopes.length; from += SCOPES_AT_ONCE) {
    const rows = await evaluationTables(db)
      .selectFrom('flags')
      .select(['flag_id', 'state', 'severity', 'summary', 'evidence', 'due_at'])
      .where('control', '=', control.control)
      .where('scope', 'in', scopes.slice(from, from + SCOPES_AT_ONCE))
      .execute();
    for (const row of rows)
      flags.push({ ...row, due_at: row.due_at === null ? undefined : BigInt(row.due_at) });
  }
  return flags;
}

async function applyChange(
  change: Change,
  control: ControlState,
  name: string,
  flagChange: FlagChange,
): Promise<void> {
  const db = evaluationTables(change.db);
  if (flagChange.kind === 'cleared') {
    const row = await db
      .updateTable('flags')
      .set({ state: 'cleared', cleared_because: flagChange.because, updated_at: timeText(change.now) })
      .where('flag_id', '=', flagChange.flag_id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await appendFlagEvent(change, control, row, { event: 'cleared', note: flagChange.because });
    return closeIncidents(change, row.flag_id);
  }
  const { finding, kind } = flagChange;
  const fresh = freshRow(name, finding, change.now);
  const { severity, owner, team, summary, due_at, evidence, updated_at } = fresh;
  const changed = { severity, owner, team, summary, due_at, evidence, updated_at };
  const again = {
    state: 'open' as const,
    cleared_because: null,
    acknowledged_by: null,
    acknowledged_at: null,
  };
  const row = await db
    .insertInto('flags')
    .values(fresh)
    .onConflict((conflict) =>
      conflict.column('flag_id').doUpdateSet(kind === 'reopened' ? { ...changed, ...again } : changed),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  await appendFlagEvent(change, control, row, { event: kind });
  await openIncident(change, control, row, finding.strangers === undefined);
}

function freshRow(control: string, finding: RipeFinding, now: bigint): FlagRow {
  const { flag_id, scope, key, severity, workflow, run_id, owner, team, summary, due_at } = finding;
  return {
    ...{ flag_id, identity: canonicalJson([control, scope, key]), control, scope, severity },
    ...{ workflow, run_id, owner, team, summary, state: 'open' as const, raised_at: timeText(now) },
    due_at: due_at === undefined ? null : timeText(due_at),
    evidence: canonicalJson(finding.evidence),
    ...{ acknowledged_by: null, acknowledged_at: null, resolved_by: null, resolved_at: null },
    ...{ note: null, cleared_because: null, updated_at: timeText(now) },
  };
}
