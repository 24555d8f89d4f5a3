import type { ResourceSpans } from '../otlp/model.ts';
import type { Principal } from '../principal.ts';
import { type LandingRow, rowResource } from './landing-row.ts';
import { type Placed, placed } from './placed.ts';
import type { QuarantineRow } from './quarantine-row.ts';
import { Rejections } from './rejections.ts';
import { rowDefect } from './row-defect.ts';

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
        place(batch, placed(span, resource, shared, scope, { principal, maxRawBytes }));
      }
  }
  return batch;
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
