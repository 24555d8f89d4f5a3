import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';

/** What a collector made of a batch. */
export type Delivery =
  | { readonly kind: 'accepted'; readonly rejectedSpans: number; readonly why: string }
  /** Send it again, unchanged, after `afterMs` at the earliest. */
  | { readonly kind: 'retryable'; readonly afterMs: number | undefined; readonly why: string }
  /** This very content will never be accepted. */
  | { readonly kind: 'refused'; readonly why: string };

/** Nobody waits for the answer any more once `stopped` says so. */
export type Deliver = (body: Uint8Array, stopped: AbortSignal) => Promise<Delivery>;

const TIMEOUT_MS = 10_000;
const MAX_RETRY_AFTER_MS = 10 * 60_000;
/** Only these speak of the content. A wrong key, address or a failing server can be mended, and evidence waits for that. */
const CONTENT_REFUSED = new Set([400, 413, 415, 422]);

/** Posts OTLP/HTTP protobuf to a collector. */
export function otlpDelivery(url: string, key: string | undefined): Deliver {
  const headers = {
    'content-type': 'application/x-protobuf',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  return (body, stopped) =>
    context.with(suppressTracing(context.active()), () => post(url, headers, body, stopped));
}

async function post(
  url: string,
  headers: Record<string, string>,
  body: Uint8Array,
  stopped: AbortSignal,
): Promise<Delivery> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: body as Uint8Array<ArrayBuffer>,
      redirect: 'error',
      signal: AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const answer = new Uint8Array(await response.arrayBuffer());
    if (response.ok) return partialSuccess(answer);
    const why = `the collector answered ${response.status}`;
    if (CONTENT_REFUSED.has(response.status)) return { kind: 'refused', why };
    return { kind: 'retryable', afterMs: retryAfterMs(response.headers.get('retry-after')), why };
  } catch (error) {
    return {
      kind: 'retryable',
      afterMs: undefined,
      why: `the collector does not answer: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function partialSuccess(answer: Uint8Array): Delivery {
  try {
    const { partialSuccess } = ProtobufTraceSerializer.deserializeResponse(answer);
    return {
      kind: 'accepted',
      rejectedSpans: Number(partialSuccess?.rejectedSpans ?? 0),
      why: partialSuccess?.errorMessage ?? '',
    };
  } catch {
    return { kind: 'accepted', rejectedSpans: 0, why: '' };
  }
}

/** Seconds, or an HTTP date. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}
