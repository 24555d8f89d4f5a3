import * as z from 'zod/mini';

/** Why a request did not give what was asked for, in words for a page. */
export class RequestFailure extends Error {
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** A code of the error catalogue, or `unreachable`, or `unexpected_answer`. */
  readonly code: string;
  readonly mend: string;
  readonly issues: readonly { readonly path: string; readonly message: string }[];

  constructor(
    status: number,
    code: string,
    message: string,
    mend: string,
    issues: RequestFailure['issues'] = [],
  ) {
    super(message);
    this.name = 'RequestFailure';
    this.status = status;
    this.code = code;
    this.mend = mend;
    this.issues = issues;
  }
}

const errorAnswer = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    mend: z.string(),
    request_id: z.optional(z.string()),
    issues: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
  }),
});

/** The failure that an answer with an error status tells. */
export function failureOf(status: number, body: unknown): RequestFailure {
  const parsed = errorAnswer.safeParse(body);
  if (!parsed.success)
    return new RequestFailure(status, 'unexpected_answer', `The service answered ${status}.`, 'Try again.');
  const { code, message, mend, request_id, issues } = parsed.data.error;
  const where = request_id === undefined || status < 500 ? mend : `${mend} Request ${request_id}.`;
  return new RequestFailure(status, code, message, where, issues);
}

export function unreachable(): RequestFailure {
  return new RequestFailure(
    0,
    'unreachable',
    'The service does not answer.',
    'Check that it runs, then try again.',
  );
}

export function unexpectedAnswer(path: string, issues: RequestFailure['issues']): RequestFailure {
  return new RequestFailure(
    200,
    'unexpected_answer',
    `The answer of ${path} is not of the expected shape.`,
    'The console and the service may be of different versions.',
    issues.slice(0, 5),
  );
}
