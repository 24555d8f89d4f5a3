import type { Kysely, Transaction } from 'kysely';
import type { ControlTables } from '../state/tables.ts';

/** What the migrations `0002-evaluation`, `0013-prompt-rechecks` and `0014-unjudged` add to the control state. Times are 19 digits of nanoseconds. */
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
  /** What could not be judged the last time, though the stores answered. */
  unjudged: {
    /** A run id, or a workflow and a month: `workflow/202611`. */
    subject: string;
    /** The control that could not judge it, or what else is done with judged runs. */
    part: string;
    /** The name of the error; what it says is logged, and may be content. */
    error: string;
    since: string;
  };
};

type EvaluationDb = Kysely<ControlTables & EvaluationTables>;

/** The same database, with the tables of evaluation in its type. */
export const evaluationTables = (db: Kysely<ControlTables> | Transaction<ControlTables>): EvaluationDb =>
  db.withTables<EvaluationTables>();
