/** Nanoseconds since 1970 as 19 digits, so that text order is time order (until the year 2286). */
type Time = string;

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

/** What has to be kept, and what is erased. */
export interface DisposalTables {
  legal_holds: LegalHolds;
}
