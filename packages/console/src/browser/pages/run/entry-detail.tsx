import type { TimelineEntry } from '../../api/evidence-shapes.ts';
import { DetailPairs } from '../../parts/detail-pairs.tsx';
import { JsonText } from '../../parts/json-view.tsx';
import { Id } from '../../parts/shown.tsx';
import { ContentFields } from './content-fields.tsx';

/** Small facts of the record, its content where that was asked for, and the record itself, verbatim. */
export function EntryDetail({ entry, shown }: { readonly entry: TimelineEntry; readonly shown: boolean }) {
  return (
    <>
      {shown && entry.detail !== null && <DetailPairs values={entry.detail} />}
      {shown && entry.content !== null && <ContentFields content={entry.content} />}
      {entry.record !== null && (
        <details>
          <summary>Record, verbatim</summary>
          {entry.hash !== null && (
            <p>
              Its hash: <Id value={entry.hash} />
            </p>
          )}
          <JsonText text={entry.record} label="Record" />
        </details>
      )}
    </>
  );
}
