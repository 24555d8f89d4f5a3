import { type ErrorBody, type ErrorCode, TollgateError } from '@tollgate/contract';
import { z } from 'zod';

/** Any thrown thing as an error of the catalogue. What is not one of ours is `internal`, and only the log learns more. */
export function toTollgateError(error: unknown): TollgateError {
  if (error instanceof TollgateError) return error;
  const code = codeOfBodyParser(error) ?? codeOfStore(error) ?? 'internal';
  return new TollgateError(code, undefined, { cause: error });
}

export function toErrorBody(error: TollgateError, request_id: string): ErrorBody {
  const { code, message, mend, issues } = error;
  return {
    error: { code, message, mend, request_id, ...(issues.length === 0 ? {} : { issues: [...issues] }) },
  };
}

const BODY_PARSER: Readonly<Record<string, ErrorCode>> = {
  'entity.too.large': 'too_large',
  'entity.parse.failed': 'invalid_request',
  'entity.verify.failed': 'invalid_request',
  'request.aborted': 'invalid_request',
  'request.size.invalid': 'invalid_request',
  'encoding.unsupported': 'unsupported_media_type',
  'charset.unsupported': 'unsupported_media_type',
};

const bodyParserError = z.object({ type: z.string() });
const decodeError = z.object({ status: z.literal(400) });
const systemError = z.object({ code: z.string() });

function codeOfBodyParser(error: unknown): ErrorCode | undefined {
  const parsed = bodyParserError.safeParse(error);
  if (parsed.success && BODY_PARSER[parsed.data.type] !== undefined) return BODY_PARSER[parsed.data.type];
  // A path that is not valid percent-encoding, or a gzip body that is none.
  return decodeError.safeParse(error).success ? 'invalid_request' : undefined;
}

/** Codes of Node's sockets and of ClickHouse (159 timeout, 202 too many queries, 209 and 210 network, 241 memory). */
const STORE = new Set(
  'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT ENOTFOUND EAI_AGAIN 159 202 209 210 241'.split(' '),
);

function codeOfStore(error: unknown): ErrorCode | undefined {
  const parsed = systemError.safeParse(error);
  return parsed.success && STORE.has(parsed.data.code) ? 'storage_unavailable' : undefined;
}
