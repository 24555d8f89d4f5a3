/** Nanoseconds since 1970 as 19 digits, so that text order is time order (until the year 2286). */
type Time = string;

/** Processes that went on with a run after the one that registered it; each writes a chain of its own. */
interface RunWriters {
  run_id: string;
  writer: string;
  key_id: string;
  resumed_at: Time;
}

/** Which call of a resumed run stands for which earlier request: each request at most once in a generation. */
interface ApprovalResumptions {
  run_id: string;
  call_id: string;
  approval_id: string;
  /** How often the run had been resumed by then. */
  generation: number;
}

interface GlassBreaks {
  approval_id: string;
  person_id: string;
  email: string;
  reason: string;
  broken_at: Time;
}

export interface ExceptionTables {
  run_writers: RunWriters;
  approval_resumptions: ApprovalResumptions;
  glass_breaks: GlassBreaks;
}
