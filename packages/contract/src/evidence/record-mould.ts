import type { ChainedText, ChainState } from './chain.ts';
import { sha256Hex } from './digest.ts';
import type { RecordFields } from './record.ts';
import { layOut, recordText } from './record-text.ts';

/** What two tool calls of one kind differ in. */
export interface CallFields {
  readonly call_id: string;
  /** Nanoseconds since 1970, in digits. */
  readonly time: string;
  /** Salted digests of the arguments and of the result, as `saltedDigest` makes them. */
  readonly arguments: string;
  readonly result: string;
}

/** What they have in common, within one run and writer. */
export type MouldedFields = Omit<RecordFields, 'call_id' | 'time' | 'digests' | 'detail'>;

/** Appends a record of one call. Pure, as `appendRecord` is. */
export type RecordMould = (state: ChainState, call: CallFields) => ChainedText;

const ZEROS = '0'.repeat(64);
const DIGEST = `sha256:${ZEROS}`;
/** Where the texts between the gaps end, in canonical order: within JSON, an unescaped quote before a colon ends a key. */
const GAPS = [
  ['"call_id":', '""'],
  ['"arguments":', `"${DIGEST}"`],
  ['"result":', `"${DIGEST}"`],
  ['"prev":', `"${ZEROS}"`],
  ['"seq":', '0'],
  ['"time":', '"0"'],
] as const;

/**
 * The text of a record is written and checked once, and cut where one call differs from the next: after that, a record is a
 * concatenation. The caller's word counts for what `CallFields` holds; only the call id is any text.
 * @throws ZodError, TypeError for what is no record
 */
export function recordMould(
  chain: Pick<ChainState, 'run_id' | 'writer'>,
  fields: MouldedFields,
): RecordMould {
  const { run_id, writer } = chain;
  const blank = { ...fields, call_id: '', time: '0', digests: { arguments: DIGEST, result: DIGEST } };
  const pieces = cut(recordText(layOut({ run_id, writer, seq: 0, prev: ZEROS }, blank)));
  const [untilId, untilArguments, untilResult, untilPrev, untilSeq, untilTime, rest] = pieces;
  return (state, call) => {
    const text = `${untilId}${quoted(call.call_id)}${untilArguments}"${call.arguments}"${untilResult}"${call.result}"${untilPrev}"${state.head}"${untilSeq}${state.seq}${untilTime}"${call.time}"${rest}`;
    const hash = sha256Hex(text);
    return { text, hash, next: { run_id, writer, seq: state.seq + 1, head: hash } };
  };
}

function cut(text: string): readonly string[] {
  let from = 0;
  const pieces = GAPS.map(([key, value]) => {
    const to = text.indexOf(key + value, from) + key.length;
    if (to < from + key.length) throw new TypeError(`a record without ${key}`);
    const piece = text.slice(from, to);
    from = to + value.length;
    return piece;
  });
  return [...pieces, text.slice(from)];
}

function quoted(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}
