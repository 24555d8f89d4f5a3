import { CONTROLS } from '../../../src/controls/catalogue.ts';
import { storeTime } from '../../../src/records/store-time.ts';
import { seconds } from '../../../src/state/time.ts';
import type { History } from './plan.ts';

/** A row of the store's `flags`: one change of one flag. */
export interface FlagRow {
  readonly flag_id: string;
  readonly control: string;
  readonly workflow: string;
  readonly team: string;
  readonly run_id: string | null;
  readonly unit: string;
  readonly state: string;
  readonly at: bigint;
  readonly raised_at: bigint;
  /** Still on its way to the store. */
  readonly pending: boolean;
}

type About = Pick<FlagRow, 'control' | 'run_id' | 'unit'>;

/** What became of a flag of a unit that began then. */
export const rowsOf = (history: History, about: About, began: bigint): FlagRow[] =>
  history.states.map((state, index) => ({
    ...about,
    ...{ flag_id: history.flag_id, workflow: history.workflow, state },
    team: history.teams[Math.min(index, history.teams.length - 1)] ?? '',
    at: began + history.raised + seconds(index),
    raised_at: began + history.raised,
    pending: history.pending && index === history.states.length - 1,
  }));

/** What a flag of `run_judged` says could not judge its run: any half of the controls. */
export const partsOf = ({ flag_id }: Pick<FlagRow, 'flag_id'>): readonly string[] =>
  CONTROLS.map(({ control }) => control).filter(
    (_, index) => Number.parseInt(flag_id.at(index % 8) ?? '', 16) % 2 === 0,
  );

function evidenceOf(row: Pick<FlagRow, 'control' | 'flag_id'>, unit: string) {
  if (row.control === 'run_judged') return { parts: partsOf(row) };
  return row.control === 'incident_path_reached' ? { notification_id: unit } : { call_id: unit };
}

/** The same as the service writes it. */
export const storeRow = ({ unit, at, raised_at, pending: _, ...row }: FlagRow) => ({
  ...row,
  ...{ identity: row.flag_id, severity: 'critical', owner: 'o', summary: '', due_at: null },
  at: storeTime(at),
  raised_at: storeTime(raised_at),
  evidence: JSON.stringify(evidenceOf(row, unit)),
  ...{ actor: '', note: '', cleared_because: '', record_hash: `${row.flag_id}/${at}` },
});
