import { TollgateError } from '@tollgate/contract';
import { z } from 'zod';

/**
 * Codes of Node's sockets, and of PostgreSQL: of lost connections (08), shutdown (57P), lack of room or of connections (53),
 * a lock or an answer that took too long.
 */
const UNAVAILABLE = /^(E[A-Z_]+|08...|57P..|53...|55P03|57014)$/;
/** The driver's own, which have no code. */
const WITHOUT_CODE =
  /connection terminated|timeout exceeded|connection timeout|query read timeout|not queryable/i;
/** A text with U+0000, which PostgreSQL does not store. */
const NO_TEXT = '22021';

const systemError = z.object({ code: z.string() });

/** @throws the error, as one of the catalogue where it is none of the program's own */
export function asOurs(error: unknown): never {
  const parsed = systemError.safeParse(error);
  const code = parsed.success ? parsed.data.code : '';
  if (code === NO_TEXT)
    throw new TollgateError('invalid_request', 'A text holds a character that cannot be stored (U+0000).', {
      cause: error,
    });
  if (UNAVAILABLE.test(code) || (code === '' && error instanceof Error && WITHOUT_CODE.test(error.message)))
    throw new TollgateError('storage_unavailable', 'It is the database of the control state.', {
      cause: error,
    });
  throw error;
}
