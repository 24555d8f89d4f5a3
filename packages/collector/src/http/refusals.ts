/**
 * Every way in which a request can be refused, with the HTTP status and google.rpc.Code it is answered with.
 * Only 429 and 503 are retried by OTLP clients; source: OTLP specification, "OTLP/HTTP Response".
 */
export const REFUSALS = {
  unauthenticated: {
    status: 401,
    code: 16,
    message: 'send an ingest key as "authorization: Bearer KEY" or "x-api-key: KEY"',
  },
  browser_origin: { status: 403, code: 7, message: 'requests from web pages are not accepted' },
  not_found: { status: 404, code: 5, message: 'no such path; spans go to POST /v1/traces' },
  signal_not_collected: {
    status: 404,
    code: 5,
    message: 'this collector takes traces only; metrics and logs go elsewhere',
  },
  method_not_allowed: { status: 405, code: 12, message: 'method not allowed' },
  body_too_large: {
    status: 413,
    code: 3,
    message: 'the body is larger than this collector accepts, as sent or unpacked',
  },
  unsupported_media_type: {
    status: 415,
    code: 3,
    message: 'content-type must be application/x-protobuf or application/json',
  },
  unsupported_encoding: { status: 415, code: 3, message: 'content-encoding must be gzip, zstd or identity' },
  malformed_body: { status: 400, code: 3, message: 'the body is not an OTLP trace request' },
  busy: { status: 429, code: 8, message: 'too much in flight; send again later' },
  client_over_share: {
    status: 429,
    code: 8,
    message: 'this key has too much in flight or waiting beside what others need; send again later',
  },
  too_many_months: {
    status: 429,
    code: 8,
    message:
      'spans of this key begin in too many different months, which makes inserts slow for everybody; ' +
      'send old spans in the order of their times, and the rest again later',
  },
  log_full: {
    status: 429,
    code: 8,
    message: 'the log is full of spans that storage has not taken yet; send again later',
  },
  log_unavailable: {
    status: 503,
    code: 14,
    message: 'the log cannot be written; nothing was acknowledged, send again later',
  },
  storage_unavailable: {
    status: 503,
    code: 14,
    message: 'storage is not available; nothing was acknowledged, send again later',
  },
  keys_unavailable: {
    status: 503,
    code: 14,
    message: 'keys cannot be checked at the moment; send again later',
  },
  shutting_down: { status: 503, code: 14, message: 'the collector is shutting down; send again later' },
  internal: { status: 500, code: 13, message: 'internal error' },
  /** The client went away before its body was complete: nobody is answered. */
  aborted: { status: 0, code: 1, message: 'the client went away' },
} as const satisfies Record<string, { status: number; code: number; message: string }>;

export type RefusalReason = keyof typeof REFUSALS;

export interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  /** What exactly was wrong, for the sender; the catalogue's message where there is nothing to add. */
  readonly detail?: string | undefined;
}

export const refuse = (reason: RefusalReason, detail?: string): Refusal => ({
  kind: 'refused',
  reason,
  detail,
});
