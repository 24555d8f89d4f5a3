import { ERRORS, type ErrorCode, errorBody, TollgateError } from '@tollgate/contract';

/** The service refused, or did not answer: a code of the catalogue, with what the answer said of this occurrence. */
export class ApiError extends TollgateError {
  /** HTTP status; 0 where there was no answer. */
  readonly httpStatus: number;
  /** True where the answer was not in the service's form: something between made it. */
  readonly foreign: boolean;
  /** The id by which the service's log knows the request. */
  readonly requestId: string | undefined;

  constructor(
    code: ErrorCode,
    { message, httpStatus, requestId, issues = [], foreign = false, cause }: ApiErrorDetail,
  ) {
    super(code, undefined, { issues, cause });
    this.name = 'ApiError';
    this.message = message;
    this.httpStatus = httpStatus;
    this.requestId = requestId;
    this.foreign = foreign;
  }
}

interface ApiErrorDetail {
  readonly message: string;
  readonly httpStatus: number;
  readonly requestId?: string | undefined;
  readonly issues?: TollgateError['issues'];
  readonly foreign?: boolean;
  readonly cause?: unknown;
}

/** The error that an answer tells. One in another form than the service's own came from something between. */
export async function errorOf(response: Response): Promise<ApiError> {
  const httpStatus = response.status;
  const text = await response.text().catch(() => '');
  const parsed = errorBody.safeParse(jsonOr(text));
  if (!parsed.success)
    return new ApiError(httpStatus >= 500 ? 'service_unreachable' : 'internal', {
      httpStatus,
      foreign: true,
      message: `The answer was ${httpStatus}, in a form that is not Tollgate’s.`,
    });
  const { code, message, request_id, issues = [] } = parsed.data.error;
  const mended = issues.map(({ path, message: what, line, column }) => ({
    ...{ path, message: what },
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  }));
  // A code that this version does not know is of a newer service; its message says what it is.
  const known = isCode(code) ? code : 'internal';
  return new ApiError(known, { message, httpStatus, requestId: request_id, issues: mended });
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

export const unreachable = (url: string, cause: unknown): ApiError =>
  new ApiError('service_unreachable', {
    ...{ message: `The service at ${url} does not answer.`, httpStatus: 0, cause },
  });

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
