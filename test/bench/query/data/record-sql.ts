import {
  actionOf,
  callIdOf,
  classOf,
  enforcementOf,
  noteOf,
  reasonOf,
  timeOf,
  toolOf,
  verdictOf,
} from './call-sql.ts';
import { SPANS_OF_RUN } from './plan.ts';

/** Records of a run: its start, decision and end of each call that was not refused, and its seal. */
const COUNT = '(1 + 2 * calls - refused + sealed)';
const KIND = `multiIf(i = 0, 'run_started', sealed AND i = ${COUNT} - 1, 'run_sealed', i % 2 = 1, 'gate_decided', 'tool_finished')`;
const CALL = 'intDiv(i - 1, 2)';
const SPAN = `multiIf(i = 0, 0, kind = 'run_sealed', ${SPANS_OF_RUN} - 1, 4 * ${CALL} + 2 + (kind = 'tool_finished'))`;
const DIGEST = `multiIf(i = 0, 'input', kind = 'run_sealed', 'output', kind = 'gate_decided', 'arguments', 'result')`;

const IS_CALL = `kind IN ('gate_decided', 'tool_finished')`;

/** The text before the hash of the record before, in the order of RFC 8785. */
const HEAD = `concat('{',
  if(${IS_CALL}, concat('"action":"', ${actionOf(CALL)}, '","action_class":', toString(${classOf(CALL)}), ',"call_id":"', ${callIdOf(CALL)}, '",'), ''),
  '"digests":{"', ${DIGEST}, '":"sha256:', lower(hex(SHA256(concat(run_id, toString(i))))), '"},',
  if(${IS_CALL}, concat('"enforcement":"', ${enforcementOf(CALL)}, '",'), ''),
  if(kind = 'run_sealed', concat('"final_status":"', final_status, '",'), ''),
  '"kind":"', kind, '",',
  if(kind = 'tool_finished', '"outcome":"succeeded",', ''),
  '"owner":"', owner, '","policy_version":"', policy_version, '","prev":"')`;

/** And the text after it. */
const TAIL = `concat('",',
  if(${IS_CALL}, concat('"reason":"', ${reasonOf(CALL)}, '",'), ''),
  if(${IS_CALL} AND ${noteOf(CALL)} != '', concat('"rollback_note":"', ${noteOf(CALL)}, '",'), ''),
  '"run_id":"', run_id, '","schema":"tollgate.record/1","seq":', toString(i), ',"team":"', team, '","time":"', toString(${timeOf(SPAN)}), '",',
  if(${IS_CALL}, concat('"tool":"', ${toolOf(CALL)}, '","verdict":"', ${verdictOf(CALL)}, '",'), ''),
  '"workflow":"', workflow, '","writer":"', writer, '"}')`;

/** A chain's first link; `startChain` of the contract. */
export const genesis = (writer: string): string =>
  `lower(hex(SHA256(concat('{"policy_version":"', policy_version, '","run_id":"', run_id, '","schema":"tollgate.record/1","writer":"', ${writer}, '"}'))))`;

/**
 * Adds to rows of runs `records`: the canonical text of each, a chain that holds. Hashes are found one after another, texts then put
 * together at once.
 */
export const withRecords = (runs: string): string => `
  SELECT *,
    arrayMap((piece, prev) -> concat(piece.1, prev, piece.2), pieces, prevs) AS records
  FROM (
    SELECT *,
      arrayMap((i, kind) -> (${HEAD}, ${TAIL}), range(toUInt64(${COUNT})), arrayMap(i -> ${KIND}, range(toUInt64(${COUNT})))) AS pieces,
      arrayFold((hashes, piece) -> arrayPushBack(hashes, lower(hex(SHA256(concat(piece.1, hashes[-1], piece.2))))),
        pieces, [${genesis('writer')}]) AS prevs_and_head,
      arrayPopBack(prevs_and_head) AS prevs
    FROM (${runs}))`;

/** The record that a span with number `s` carries; empty for most kinds of span. */
export const RECORD_OF_SPAN = `multiIf(
  s = 0, records[1],
  s = ${SPANS_OF_RUN} - 1, if(sealed, records[-1], ''),
  (s - 1) % 4 = 1, records[2 + 2 * intDiv(s - 1, 4)],
  (s - 1) % 4 = 2 AND NOT (refused AND intDiv(s - 1, 4) = calls - 1), records[3 + 2 * intDiv(s - 1, 4)],
  '')`;
