import type { TimelineEntry } from '../../api/evidence-shapes.ts';
import { label } from '../../format/words.ts';
import { JsonText, Value } from '../../parts/json-view.tsx';
import { Id } from '../../parts/shown.tsx';

/** Small facts of the record, its content where that was asked for, and the record itself, verbatim. */
export function EntryDetail({ entry, shown }: { readonly entry: TimelineEntry; readonly shown: boolean }) {
  return (
    <>
      {shown && entry.detail !== null && <Pairs values={entry.detail} className="detail" />}
      {shown && entry.content !== null && <Pairs values={entry.content} className="content" />}
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

function Pairs({
  values,
  className,
}: {
  readonly values: Readonly<Record<string, unknown>>;
  readonly className: string;
}) {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <dl className={`pairs ${className}`}>
      {entries.map(([key, value]) => (
        <div key={key}>
          <dt>{label(key)}</dt>
          <dd>
            <Value value={value} label={label(key)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
