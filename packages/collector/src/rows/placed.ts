import { isUndecoded, type ResourceSpans, type Span, type UndecodedSpan } from '../otlp/model.ts';
import type { Principal } from '../principal.ts';
import { forbiddenClaim } from './claims.ts';
import { type LandingRow, landingRow, type RowResource } from './landing-row.ts';
import { boundedJson, type QuarantineRow, rawJson } from './quarantine-row.ts';
import { rowJson } from './row-json.ts';

/** Where a span goes: into the landing table, or into the quarantine. */
export type Placed = { readonly row: LandingRow } | { readonly refused: QuarantineRow };

/** Whose spans they are, and what is kept of those that are refused. */
export interface Sender {
  readonly principal: Principal;
  /** Bound of a quarantined span's raw JSON. */
  readonly maxRawBytes: number;
}

export function placed(
  span: Span | UndecodedSpan,
  resource: Pick<ResourceSpans, 'attributes'>,
  shared: RowResource,
  scope: { readonly scopeName: string; readonly scopeVersion: string },
  { principal, maxRawBytes }: Sender,
): Placed {
  if (isUndecoded(span)) return { refused: undecodedRow(span, principal.principal, maxRawBytes) };
  const row = landingRow(span, shared, scope);
  const message = forbiddenClaim(principal, resource.attributes, span.attributes);
  if (message === undefined) return { row };
  const { traceId, spanId } = row;
  const raw = boundedJson(rowJson(row), maxRawBytes);
  const reason = 'workflow_not_allowed';
  return { refused: { principal: principal.principal, reason, message, traceId, spanId, raw } };
}

/** A span that could not be read. */
export function undecodedRow(span: UndecodedSpan, principal: string, maxRawBytes: number): QuarantineRow {
  const { defect: reason, message } = span;
  return { principal, reason, message, traceId: '', spanId: '', raw: rawJson(span.raw, maxRawBytes) };
}
