import { shapeOf } from '../format/detail.ts';
import { label } from '../format/names.ts';
import { Value } from './json-view.tsx';
import { Usd } from './money.tsx';
import { Shown } from './shown.tsx';
import { Utc } from './utc.tsx';

/** Small facts by name: words of closed lists in words, times in UTC, amounts as amounts, anything else as it came. */
export function DetailPairs({ values }: { readonly values: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <dl className="pairs detail">
      {entries.map(([key, value]) => (
        <div key={key}>
          <dt>{label(key)}</dt>
          <dd>
            <Detail name={key} value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Detail({ name, value }: { readonly name: string; readonly value: unknown }) {
  const shape = shapeOf(name, value);
  switch (shape.as) {
    case 'text':
      return <Shown text={shape.text} />;
    case 'time':
      return <Utc iso={shape.iso} form="second" />;
    case 'usd':
      return <Usd amount={shape.amount} />;
    case 'value':
      return <Value value={shape.value} label={label(name)} />;
  }
}
