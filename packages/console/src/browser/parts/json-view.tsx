import { indentJson } from '../format/json-indent.ts';
import { plainText } from '../format/plain-text.ts';
import { Shown } from './shown.tsx';

/** JSON text, whole: indented, its tokens unchanged, hidden characters shown. It scrolls by keyboard too. */
export function JsonText({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <section className="json" aria-label={label} tabIndex={0}>
      <pre>
        <Shown code text={indentJson(text)} />
      </pre>
    </section>
  );
}

/** Content or a detail: text as text, anything else as JSON. */
export function Value({ value: stored, label }: { readonly value: unknown; readonly label: string }) {
  const value = plainText(stored);
  if (value === null || value === undefined) return <span className="none">none</span>;
  if (typeof value === 'object') return <JsonText text={JSON.stringify(value)} label={label} />;
  const text = String(value);
  return /^\s*[[{]/.test(text) ? <JsonText text={text} label={label} /> : <Shown text={text} />;
}
