/** Nanoseconds since 1970 as 19 digits, so that text order is time order (until the year 2286). */
type Time = string;
/** JSON text. */
type Json = string;

interface LegalHolds {
  hold_id: string;
  /** Of one run; null where it is of the runs of a workflow that started in a period. */
  run_id: string | null;
  workflow: string;
  owner: string;
  team: string;
  held_from: Time;
  /** Runs that started before it. */
  held_to: Time;
  reason: string;
  set_by: string;
  set_at: Time;
  lifted_by: string | null;
  lifted_at: Time | null;
  lift_reason: string | null;
}

/** One request to erase content, and how far it has come. */
interface Erasures {
  erasure_id: string;
  kind: 'run' | 'span' | 'person';
  /** Of a run or a span, as are trace and span. */
  run_id: string | null;
  trace_id: string | null;
  span_id: string | null;
  /** Whose runs; an e-mail address. */
  person: string | null;
  /** Of the run; `*` where it is about a person. */
  team: string;
  reason: string;
  asked_by: string;
  asked_at: Time;
  state: 'running' | 'finished';
  /** What was erased so far: spans with content, spans in quarantine, approvals. */
  spans: number;
  quarantined: number;
  approvals: number;
  /** Place → what it says of itself; null until it was asked. */
  elsewhere: Json | null;
  finished_at: Time | null;
}

interface ErasureRuns {
  erasure_id: string;
  run_id: string;
  /** `noted`: gone from the control state, and on record. `held` and `open` are left as they are. */
  state: 'waiting' | 'noted' | 'erased' | 'held' | 'open';
}

/** What has to be kept, and what is erased. */
export interface DisposalTables {
  legal_holds: LegalHolds;
  erasures: Erasures;
  erasure_runs: ErasureRuns;
}
