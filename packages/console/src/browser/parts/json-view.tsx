import { indentJson } from '../format/json-indent.ts';
import { Scroll } from './scroll.tsx';
import { Shown } from './shown.tsx';

/** JSON text, whole: indented, its tokens unchanged, hidden characters shown. It scrolls by keyboard too. */
export function JsonText({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <Scroll className="json" label={label}>
      <pre>
        <Shown code text={indentJson(text)} />
      </pre>
    </Scroll>
  );
}

/** Content or a detail: text as text, anything else as JSON. */
export function Value({ value, label }: { readonly value: unknown; readonly label: string }) {
  if (value === null || value === undefined) return <span className="none">none</span>;
  if (typeof value === 'object') return <JsonText text={JSON.stringify(value)} label={label} />;
  const text = String(value);
  return /^\s*[[{]/.test(text) ? <JsonText text={text} label={label} /> : <Shown text={text} />;
}
