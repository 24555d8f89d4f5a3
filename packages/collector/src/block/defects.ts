import { malformed, OtlpDefect } from '../otlp/defect.ts';

/**
 * What the block's readers throw, made once: a hostile body may be defective in every third byte, and an Error made anew
 * takes its stack along.
 */
export const TRUNCATED = malformed('truncated message');
export const OVERRUN = malformed('a length overruns its message');
export const ILLEGAL_FIELD = malformed('illegal field number');
export const LONG_VARINT = malformed('a varint is longer than ten bytes');
export const INVALID_UTF8 = new OtlpDefect('invalid_utf8', 'a string is not UTF-8');

const WIRE_TYPES = [0, 1, 2, 3, 4, 5, 6, 7];
const MISPLACED = WIRE_TYPES.map((type) => malformed(`wire type ${type} where 2 belongs`));
const UNSUPPORTED = WIRE_TYPES.map((type) => malformed(`unsupported wire type ${type}`));

/** A length-delimited field that came as something else. */
export const misplaced = (wireType: number): OtlpDefect => MISPLACED[wireType] ?? TRUNCATED;
export const unsupported = (wireType: number): OtlpDefect => UNSUPPORTED[wireType] ?? TRUNCATED;
