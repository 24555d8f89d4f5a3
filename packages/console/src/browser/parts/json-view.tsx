import { indentJson } from '../format/json-indent.ts';
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
export function Value({ value, label }: { readonly value: unknown; readonly label: string }) {
  if (typeof value === 'string') {
    const looksLikeJson = /^\s*[[{]/.test(value);
    return looksLikeJson || value.includes('\n') ? (
      <JsonText text={value} label={label} />
    ) : (
      <Shown text={value} />
    );
  }
  if (value === null || value === undefined) return <span className="none">none</span>;
  if (typeof value !== 'object') return <Shown text={String(value)} />;
  return <JsonText text={JSON.stringify(value)} label={label} />;
}
