import { z } from 'zod';
import { claimed } from './rows.ts';

/** What one evidence record of an agent says, so far as controls ask for it. Its text is not valid by being stored: fields may be anything. */
export const recordRow = z.object({
  ...claimed,
  /** Whom the key that sent it speaks for; empty where the collector knew no keys. */
  principal: z.string(),
  kind: z.string(),
  /** Its number in the chain of its writer. */
  seq: z.coerce.number(),
  call_id: z.string(),
  tool: z.string(),
  action: z.string(),
  action_class: z.coerce.number(),
  enforcement: z.string(),
  outcome: z.string(),
  /** Whether it speaks of an outcome at all, be it none that there is. */
  has_outcome: z.coerce.boolean(),
  final_status: z.string(),
  approval_id: z.string(),
  /** The sources that the tool's own code says it reads, and the system that is cited. */
  reads: z.array(z.string()),
  /** Whom the run handed over to. */
  handed_to: z.string(),
  /** The fields whose content has a digest in the record. */
  digests: z.array(z.string()),
  has_cost: z.coerce.boolean(),
});
export type RecordRow = z.output<typeof recordRow>;

/** The first keys are at the top of a record, as its contract names them; what is not there, or is something else, is empty or zero. */
const SAID = `Tuple(call_id String, tool String, action String, action_class UInt64, enforcement String, outcome String, final_status String,
    approval_id String, detail Tuple(reads Array(String), origin String, system String, to String))`;

/**
 * Every record of some runs. To read the records and take them apart is what evaluation costs, so the controls that are about records
 * share this one read.
 */
export const RECORDS = `
  WITH JSONExtract(t.record, '${SAID}') AS said
  SELECT toString(t.run_id) AS run_id, t.workflow AS workflow, t.policy_version AS policy_version, t.owner AS owner,
         t.team AS team, t.principal AS principal, t.kind AS kind, t.seq AS seq, said.call_id AS call_id, said.tool AS tool,
         said.action AS action, said.action_class AS action_class, said.enforcement AS enforcement, said.outcome AS outcome,
         JSONHas(t.record, 'outcome') AS has_outcome, said.final_status AS final_status, said.approval_id AS approval_id,
         arrayFilter(source -> source != '', arrayConcat(
           said.detail.reads, if(t.kind = 'source_cited' AND said.detail.origin = 'source', [said.detail.system], []))) AS reads,
         said.detail.to AS handed_to, JSONExtractKeys(t.record, 'digests') AS digests, JSONHas(t.record, 'cost') AS has_cost,
         toString(toUnixTimestamp64Nano(t.received_at)) AS since
  FROM evidence_records AS t
  WHERE t.run_id IN {runs:Array(UUID)}`;

const OF_CALLS: readonly string[] = ['gate_decided', 'tool_finished', 'tool_called'];

export const isOfCall = ({ kind }: Pick<RecordRow, 'kind'>): boolean => OF_CALLS.includes(kind);

/** Whether it is of a call that was dispatched, whatever it says of its enforcement: nothing that was blocked has an outcome. */
export const isDispatched = (row: Pick<RecordRow, 'kind' | 'enforcement' | 'has_outcome'>): boolean =>
  isOfCall(row) && (row.enforcement === 'executed' || row.has_outcome);
