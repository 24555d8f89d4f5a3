import { storeTime } from '../records/store-time.ts';
import { workflowLedger } from '../records/workflow-ledger.ts';
import type { Change, ControlState, RecordScope } from '../state/change.ts';
import type { EvaluationTables } from './tables.ts';

type FlagRow = EvaluationTables['flags'];

const FLAG_EVENTS = ['raised', 'reopened', 'updated', 'cleared', 'acknowledged', 'resolved'] as const;
type FlagEvent = (typeof FLAG_EVENTS)[number];

/** Leaves what happened to a flag as an evidence record and as a row of the store, in the transaction of the change. */
export async function appendFlagEvent(
  change: Change,
  control: ControlState,
  flag: FlagRow,
  { event, actor, note }: { event: FlagEvent; actor?: string; note?: string },
): Promise<void> {
  const { flag_id, severity, state, summary, run_id, owner, team } = flag;
  const scope = await recordScope(change, control, flag);
  const { hash } = await change.record(scope, {
    kind: 'flag_changed',
    ...(actor === undefined ? {} : { actor }),
    detail: {
      flag_id,
      control: flag.control,
      event,
      state,
      severity,
      summary,
      ...(note === undefined ? {} : { note }),
    },
  });
  await change.row('flags', {
    ...{ flag_id, identity: flag.identity, control: flag.control, severity, workflow: flag.workflow, run_id },
    ...{ owner, team, state, summary, evidence: flag.evidence },
    at: storeTime(change.now),
    raised_at: storeTime(flag.raised_at),
    due_at: flag.due_at === null ? null : storeTime(flag.due_at),
    ...{ actor: actor ?? '', note: flag.note ?? '', cleared_because: flag.cleared_because ?? '' },
    record_hash: hash,
  });
}

/**
 * The chain that a flag's records go to: its run's, or the workflow's where it is about a whole day or month. What an
 * agent claimed may be empty or unregistered, and still has to be written down.
 */
export async function recordScope(
  { db }: Change,
  control: ControlState,
  flag: Pick<FlagRow, 'run_id' | 'workflow' | 'owner' | 'team'>,
): Promise<RecordScope> {
  const run =
    flag.run_id === null
      ? undefined
      : await db
          .selectFrom('runs')
          .select(['run_id', 'workflow', 'policy_version', 'owner', 'team'])
          .where('run_id', '=', flag.run_id)
          .executeTakeFirst();
  if (run !== undefined) return run;
  const version = await db
    .selectFrom('workflows')
    .select(['workflow', 'policy_version', 'owner', 'team'])
    .where('workflow', '=', flag.workflow)
    .executeTakeFirst();
  const claimed = {
    workflow: flag.workflow || 'unknown',
    owner: flag.owner || 'unknown',
    team: flag.team || 'unknown',
  };
  const known = version ?? { ...claimed, policy_version: 'unregistered' };
  return flag.run_id === null ? workflowLedger(control, known) : { run_id: flag.run_id, ...known };
}
