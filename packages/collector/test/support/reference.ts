import type { Appended, BodySource } from '../../src/block/body-source.ts';
import { decodeJson } from '../../src/otlp/decode-json.ts';
import { decodeProtobuf } from '../../src/otlp/decode-protobuf.ts';
import type { ResourceSpans } from '../../src/otlp/model.ts';
import { type LandingRow, rowResource } from '../../src/rows/landing-row.ts';
import { placed } from '../../src/rows/placed.ts';
import type { QuarantineRow } from '../../src/rows/quarantine-row.ts';
import { Rejections } from '../../src/rows/rejections.ts';
import { rowDefect } from '../../src/rows/row-defect.ts';

/** What the block has to make of a body, by way of the model alone. */
export interface Reference {
  readonly appended: Appended;
  readonly rows: readonly LandingRow[];
}

export function reference(body: Buffer, source: BodySource): Reference {
  const decode = source.encoding === 'protobuf' ? decodeProtobuf : decodeJson;
  const decoded = decode(body, source.maxMessages);
  return decoded.kind === 'decoded' ? rowsOf(decoded.resourceSpans, source) : { appended: decoded, rows: [] };
}

function rowsOf(request: readonly ResourceSpans[], source: BodySource): Reference {
  const rows: LandingRow[] = [];
  const quarantine: QuarantineRow[] = [];
  const rejections = new Rejections();
  for (const resource of request) {
    const shared = rowResource(resource.attributes, source.principal.principal);
    for (const scope of resource.scopes)
      for (const span of scope.spans) {
        const place = placed(span, resource, shared, scope, source);
        if ('refused' in place) {
          quarantine.push(place.refused);
          rejections.add(place.refused.reason, place.refused.message);
        } else {
          rows.push(place.row);
          const defect = rowDefect(place.row, source.nowNs);
          if (defect) rejections.add(defect);
        }
      }
  }
  const spans = rows.length + quarantine.length;
  return { appended: { kind: 'appended', spans, rows: rows.length, quarantine, rejections }, rows };
}

/** Without the classes and closures that an assertion cannot compare. */
export const comparable = (appended: Appended): unknown =>
  appended.kind === 'appended'
    ? { ...appended, rejections: [appended.rejections.counts(), appended.rejections.message(appended.spans)] }
    : appended;
