import type { Kysely, Transaction } from 'kysely';
import type { ControlTables } from '../state/tables.ts';

/** What the migrations `0002-evaluation` and `0013-prompt-rechecks` add to the control state. Times are 19 digits of nanoseconds. */
export type EvaluationTables = {
  flags: ControlTables['flags'] & { scope: string };
  /** What of a run was stored when it was last judged. */
  judged_runs: {
    run_id: string;
    fingerprint: string;
    judged_at: string;
    /** When what the prompt controls found is to be judged again, although nothing new may arrive. */
    recheck_at: string | null;
  };
  /** When a run is judged by the controls that wait. */
  rechecks: { run_id: string; at: string };
};

type EvaluationDb = Kysely<ControlTables & EvaluationTables>;

/** The same database, with the tables of evaluation in its type. */
export const evaluationTables = (db: Kysely<ControlTables> | Transaction<ControlTables>): EvaluationDb =>
  db.withTables<EvaluationTables>();
