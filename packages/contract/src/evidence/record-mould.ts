import type { ChainedText, ChainState } from './chain.ts';
import { sha256Hex } from './digest.ts';
import type { RecordFields } from './record.ts';
import { layOut, recordText } from './record-text.ts';

/** What two tool calls of one kind differ in; a mould says which of the optional ones its records have. */
export interface CallFields {
  readonly call_id: string;
  /** Nanoseconds since 1970, in digits. */
  readonly time: string;
  /** Salted digests of the arguments and of the result, as `saltedDigest` makes them. */
  readonly arguments?: string | undefined;
  readonly result?: string | undefined;
  readonly rollback_note?: string | undefined;
}
export type OptionalCallField = 'arguments' | 'result' | 'rollback_note';

/** What they have in common, within one run and writer. */
export type MouldedFields = Omit<RecordFields, 'call_id' | 'time' | 'digests' | 'rollback_note' | 'detail'>;

/** Appends a record of one call. Pure, as `appendRecord` is. */
export type RecordMould = (state: ChainState, call: CallFields) => ChainedText;

const ZEROS = '0'.repeat(64);
const DIGEST = `sha256:${ZEROS}`;
/** What comes before each gap, in canonical order, and what stands in it: within JSON, an unescaped quote before a colon ends a key. */
const GAPS = [
  ['call_id', '"call_id":', '""'],
  ['arguments', '"arguments":"', DIGEST],
  ['result', '"result":"', DIGEST],
  ['prev', '"prev":"', ZEROS],
  ['rollback_note', '"rollback_note":', '""'],
  ['seq', '"seq":', '0'],
  ['time', '"time":"', '0'],
] as const;

/**
 * The text of a record is written and checked once, and cut where one call differs from the next: after that, a record is a
 * concatenation. The caller's word counts for times and digests; ids and notes are any text.
 * @throws ZodError, TypeError for what is no record
 */
export function recordMould(
  chain: Pick<ChainState, 'run_id' | 'writer'>,
  fields: MouldedFields,
  has: readonly OptionalCallField[],
): RecordMould {
  const { run_id, writer } = chain;
  const until = cut(blankText(chain, fields, has), has);
  return (state, call) => {
    let text = until.call_id + quoted(call.call_id);
    if (until.arguments !== '') text += until.arguments + given(call.arguments);
    if (until.result !== '') text += until.result + given(call.result);
    text += until.prev + state.head;
    if (until.rollback_note !== '') text += until.rollback_note + quoted(given(call.rollback_note));
    text += `${until.seq}${state.seq}${until.time}${call.time}${until.end}`;
    const hash = sha256Hex(text);
    return { text, hash, next: { run_id, writer, seq: state.seq + 1, head: hash } };
  };
}

function blankText(
  { run_id, writer }: Pick<ChainState, 'run_id' | 'writer'>,
  fields: MouldedFields,
  has: readonly OptionalCallField[],
): string {
  const digests = Object.fromEntries(
    (['arguments', 'result'] as const).filter((name) => has.includes(name)).map((name) => [name, DIGEST]),
  );
  const note = has.includes('rollback_note') ? { rollback_note: '' } : {};
  const blank = { ...fields, call_id: '', time: '0', digests, ...note };
  return recordText(layOut({ run_id, writer, seq: 0, prev: ZEROS }, blank));
}

/** The text before each gap, and after the last; empty for a gap that these records do not have. */
function cut(text: string, has: readonly OptionalCallField[]) {
  const pieces = {
    call_id: '',
    arguments: '',
    result: '',
    prev: '',
    rollback_note: '',
    seq: '',
    time: '',
    end: '',
  };
  let from = 0;
  for (const [name, key, value] of GAPS) {
    const isOptional = name === 'arguments' || name === 'result' || name === 'rollback_note';
    if (isOptional && !has.includes(name)) continue;
    const at = text.indexOf(key + value, from);
    if (at < 0) throw new TypeError(`a record without ${key}`);
    pieces[name] = text.slice(from, at + key.length);
    from = at + key.length + value.length;
  }
  pieces.end = text.slice(from);
  return pieces;
}

function given(value: string | undefined): string {
  if (value === undefined) throw new TypeError('a call lacks what the records of its mould hold');
  return value;
}

function quoted(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}
