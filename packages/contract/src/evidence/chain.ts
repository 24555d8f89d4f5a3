import { canonicalJson, parseCanonicalJson } from './canonical-json.ts';
import { sha256Hex } from './digest.ts';
import { type EvidenceRecord, evidenceRecord, RECORD_SCHEMA, type RecordFields } from './record.ts';
import { layOut, recordText } from './record-text.ts';

/** Where a chain stands: one per run and writer. */
export interface ChainState {
  readonly run_id: string;
  readonly writer: string;
  /** Sequence number of the next record, which is also the count of records so far. */
  readonly seq: number;
  /** SHA-256 of the last record, or the genesis. */
  readonly head: string;
}

export interface ChainedText {
  /** The exact bytes that are stored and hashed. */
  readonly text: string;
  readonly hash: string;
  readonly next: ChainState;
}

export interface ChainedRecord extends ChainedText {
  readonly record: EvidenceRecord;
}

/** A chain without records. Its genesis is bound to run, writer, schema and policy, so that no chain can pose as another. */
export function startChain(run_id: string, writer: string, policy_version: string): ChainState {
  const head = sha256Hex(canonicalJson({ schema: RECORD_SCHEMA, run_id, writer, policy_version }));
  return { run_id, writer, seq: 0, head };
}

/** Appends one fact. Pure: the caller keeps `next`, and keeps it only once `text` is durable. @throws ZodError, TypeError for what is no record */
export function appendRecord(state: ChainState, fields: RecordFields): ChainedRecord {
  const { run_id, writer, seq, head } = state;
  const record = layOut({ run_id, writer, seq, prev: head }, fields);
  const text = recordText(record);
  const hash = sha256Hex(text);
  return { record, text, hash, next: { run_id, writer, seq: seq + 1, head: hash } };
}

export type ChainFinding =
  | { readonly kind: 'malformed'; readonly index: number; readonly message: string }
  | { readonly kind: 'foreign'; readonly index: number; readonly message: string }
  | { readonly kind: 'out_of_sequence'; readonly index: number; readonly message: string }
  | { readonly kind: 'broken_link'; readonly index: number; readonly message: string };

/**
 * Verifies the records of one run and writer, in order. `broken_link` also finds a changed predecessor.
 * @param parsed what `parseRecord` makes of each text, where that is known already
 */
export function verifyChain(
  start: ChainState,
  texts: readonly string[],
  parsed: readonly ParsedRecord[] = texts.map(parseRecord),
): { readonly findings: readonly ChainFinding[]; readonly end: ChainState } {
  const findings: ChainFinding[] = [];
  let state = start;
  for (const [index, text] of texts.entries()) {
    const record = parsed[index] ?? parseRecord(text);
    if (typeof record === 'string') findings.push({ kind: 'malformed', index, message: record });
    else {
      if (record.run_id !== state.run_id || record.writer !== state.writer)
        findings.push({ kind: 'foreign', index, message: 'belongs to another run or writer' });
      if (record.seq !== state.seq)
        findings.push({
          kind: 'out_of_sequence',
          index,
          message: `has number ${record.seq} where ${state.seq} follows`,
        });
      if (record.prev !== state.head)
        findings.push({ kind: 'broken_link', index, message: 'does not name the record before it' });
    }
    const seq = typeof record === 'string' ? state.seq + 1 : record.seq + 1;
    state = { ...state, seq, head: sha256Hex(text) };
  }
  return { findings, end: state };
}

/** The record in a text, or why there is none, in words. */
export type ParsedRecord = EvidenceRecord | string;

/** It has to be canonical to the byte. */
export function parseRecord(text: string): ParsedRecord {
  try {
    const result = evidenceRecord.safeParse(parseCanonicalJson(text));
    return result.success ? result.data : (result.error.issues[0]?.message ?? 'not an evidence record');
  } catch (error) {
    return error instanceof Error ? error.message : 'not an evidence record';
  }
}
