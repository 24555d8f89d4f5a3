/** What a caller needs to know of one kind of error: the HTTP status it maps to, what happened, and what to do. */
interface ErrorKind {
  readonly status: number;
  readonly message: string;
  readonly mend: string;
}

/** The one catalogue of errors. Each code is documented in docs/errors.md, and a test fails where one is missing there. */
export const ERRORS = {
  invalid_request: {
    status: 400,
    message: 'The request is not of the expected shape.',
    mend: 'See `issues` for each field.',
  },
  invalid_workflow: {
    status: 400,
    message: 'The workflow file is not valid.',
    mend: 'Mend the lines that `issues` names.',
  },
  arguments_not_i_json: {
    status: 400,
    message: 'The arguments are not I-JSON (RFC 7493).',
    mend: 'Send finite numbers, well-formed Unicode and plain objects only.',
  },
  unauthenticated: {
    status: 401,
    message: 'No valid key or session came with the request.',
    mend: 'Send `Authorization: Bearer <key>`, or sign in.',
  },
  over_budget: {
    status: 402,
    message: 'A budget limit of the workflow leaves no room for this.',
    mend: 'Wait for what is in progress to settle, or have the owner raise the limit that `issues` names.',
  },
  forbidden: {
    status: 403,
    message: 'This identity may not do that.',
    mend: 'Ask an admin for the role or team that the route needs.',
  },
  four_eyes: {
    status: 403,
    message: 'Nobody decides on what they had a part in themselves.',
    mend: 'Another person has to decide.',
  },
  initiator_unverified: {
    status: 403,
    message: 'The initiator of the run is only claimed, so four-eyes cannot be shown.',
    mend: 'Register the run with the token of the person who started it.',
  },
  glass_not_allowed: {
    status: 403,
    message: 'The workflow does not let this person break glass.',
    mend: 'Ask someone whom `break_glass` of the workflow file names, or wait for the approval.',
  },
  not_found: {
    status: 404,
    message: 'There is nothing by that name here.',
    mend: 'Check the id; it may belong to a team that you cannot see.',
  },
  method_not_allowed: {
    status: 405,
    message: 'The route does not know that method.',
    mend: 'Use one of those in the header `Allow`.',
  },
  conflict: {
    status: 409,
    message: 'The state has changed, so this is no longer possible.',
    mend: 'Read it again and decide anew.',
  },
  approval_decided: {
    status: 409,
    message: 'This approval has been decided already.',
    mend: 'Read the decision; a new action needs a new request.',
  },
  approval_not_granted: {
    status: 409,
    message: 'There is no live grant for this call.',
    mend: 'Request an approval and wait for its decision.',
  },
  grant_consumed: {
    status: 409,
    message: 'This grant was consumed before.',
    mend: 'A grant works once: request a new approval.',
  },
  approval_expired: {
    status: 410,
    message: 'The approval expired before it was used.',
    mend: 'Request a new approval.',
  },
  binding_mismatch: {
    status: 409,
    message: 'What is to be executed is not what was approved.',
    mend: 'Edited arguments are a new request.',
  },
  policy_not_registered: {
    status: 409,
    message: 'This policy version is not the registered one.',
    mend: 'Have the owner register the file: `tollgate register FILE`.',
  },
  workflow_not_registered: {
    status: 404,
    message: 'No workflow of that name is registered.',
    mend: 'Have the owner register it: `tollgate register FILE`.',
  },
  workflow_suspended: {
    status: 423,
    message: 'The workflow is suspended.',
    mend: 'Its owner or an admin can resume it.',
  },
  run_sealed: { status: 409, message: 'The run has ended.', mend: 'Start a new run.' },
  too_large: { status: 413, message: 'The body is larger than the limit.', mend: 'Send smaller batches.' },
  unsupported_media_type: {
    status: 415,
    message: 'That content type or encoding is not supported.',
    mend: 'See the route in the API reference.',
  },
  too_many_requests: {
    status: 429,
    message: 'Too much is in progress.',
    mend: 'Send again after the seconds in Retry-After.',
  },
  internal: {
    status: 500,
    message: 'Something failed inside Tollgate.',
    mend: 'The log has the request id.',
  },
  storage_unavailable: {
    status: 503,
    message: 'A store of Tollgate does not answer.',
    mend: 'Send again later; `tollgate doctor` shows its state.',
  },
  sign_in_unavailable: {
    status: 503,
    message: 'The provider that people sign in by does not answer.',
    mend: 'Try again in a moment; a personal token signs in meanwhile.',
  },
  engine_unavailable: {
    status: 503,
    message: 'The embedded ClickHouse does not run on this platform.',
    mend: 'Set CLICKHOUSE_URL to a ClickHouse server.',
  },
  service_unreachable: {
    status: 503,
    message: 'The Tollgate service does not answer.',
    mend: 'Start it, or check TOLLGATE_URL.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** One thing that is wrong with an input, and what to write instead. */
export interface Issue {
  /** Path of the field, e.g. `tools[0].action`; empty for the whole. */
  readonly path: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** An error of the catalogue. `detail` says what this occurrence is about. */
export class TollgateError extends Error {
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];

  constructor(
    code: ErrorCode,
    detail?: string,
    options: { issues?: readonly Issue[]; cause?: unknown } = {},
  ) {
    super(detail === undefined ? ERRORS[code].message : `${ERRORS[code].message} ${detail}`, {
      cause: options.cause,
    });
    this.name = 'TollgateError';
    this.code = code;
    this.issues = options.issues ?? [];
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get mend(): string {
    return ERRORS[this.code].mend;
  }
}
