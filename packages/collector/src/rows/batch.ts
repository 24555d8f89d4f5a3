import {
  isUndecoded,
  type ResourceSpans,
  type ScopeSpans,
  type Span,
  type UndecodedSpan,
} from '../otlp/model.ts';
import type { Principal } from '../principal.ts';
import { forbiddenClaim } from './claims.ts';
import { type LandingRow, landingRow, type RowResource, rowResource } from './landing-row.ts';
import { boundedJson, type QuarantineRow, rawJson } from './quarantine-row.ts';
import { Rejections } from './rejections.ts';
import { rowDefect } from './row-defect.ts';
import { rowJson } from './row-json.ts';

/** What one request becomes: rows for the landing table, the rest for the quarantine, and what the sender is told. */
export interface Batch {
  readonly spans: number;
  readonly rows: readonly LandingRow[];
  readonly quarantine: readonly QuarantineRow[];
  /** Rows that the landing views will quarantine, and everything in `quarantine`. */
  readonly rejections: Rejections;
}

/** @param maxRawBytes bound of a quarantined span's raw JSON */
export function batchOf(
  resourceSpans: readonly ResourceSpans[],
  principal: Principal,
  maxRawBytes: number,
): Batch {
  const batch = {
    spans: 0,
    rows: [] as LandingRow[],
    quarantine: [] as QuarantineRow[],
    rejections: new Rejections(),
  };
  for (const resource of resourceSpans) {
    const shared = rowResource(resource.attributes, principal.principal);
    for (const scope of resource.scopes)
      for (const span of scope.spans) {
        batch.spans++;
        place(batch, placed(span, resource, shared, scope, principal, maxRawBytes));
      }
  }
  return batch;
}

type Placed = { row: LandingRow } | { refused: QuarantineRow };

function placed(
  span: Span | UndecodedSpan,
  resource: ResourceSpans,
  shared: RowResource,
  scope: ScopeSpans,
  principal: Principal,
  maxRawBytes: number,
): Placed {
  const who = { principal: principal.principal };
  if (isUndecoded(span)) {
    const raw = rawJson(span.raw, maxRawBytes);
    return { refused: { ...who, reason: span.defect, message: span.message, traceId: '', spanId: '', raw } };
  }
  const row = landingRow(span, shared, scope);
  const message = forbiddenClaim(principal, resource.attributes, span.attributes);
  if (message === undefined) return { row };
  const { traceId, spanId } = row;
  const raw = boundedJson(rowJson(row), maxRawBytes);
  return { refused: { ...who, reason: 'workflow_not_allowed', message, traceId, spanId, raw } };
}

function place(
  batch: { rows: LandingRow[]; quarantine: QuarantineRow[]; rejections: Rejections },
  item: Placed,
): void {
  if ('refused' in item) {
    batch.quarantine.push(item.refused);
    batch.rejections.add(item.refused.reason, item.refused.message);
    return;
  }
  batch.rows.push(item.row);
  const defect = rowDefect(item.row, BigInt(Date.now()) * 1_000_000n);
  if (defect) batch.rejections.add(defect);
}
