import { visiblePieces } from '../format/visible.ts';

/**
 * Text that an agent, a model or whoever fed them controls: isolated in its direction, and with each character that
 * would not be seen shown as its code. React escapes the rest.
 */
export function Shown({ text, code = false }: { readonly text: string; readonly code?: boolean }) {
  const pieces = visiblePieces(text).map((piece, index) =>
    piece.kind === 'text' ? (
      piece.text
    ) : (
      <span key={index} className="hidden-character" title="a character that would not be seen">
        {piece.code}
      </span>
    ),
  );
  return code ? <code className="shown">{pieces}</code> : <bdi className="shown">{pieces}</bdi>;
}

/** Text, or a dash that is read as "none". */
export function ShownOr({ text, none = 'none' }: { readonly text: string | null; readonly none?: string }) {
  return text === null || text === '' ? <span className="none">{none}</span> : <Shown text={text} />;
}

/** An id: shown short where it is long, whole in its title and to readers of the page's source. */
export function Id({ value }: { readonly value: string }) {
  return (
    <code className="id" title={value}>
      {value}
    </code>
  );
}

/** A name in a table: on one line, and whole in its title where it is too long for that. */
export function Name({ text }: { readonly text: string }) {
  return (
    <span className="name" title={text}>
      <Shown text={text} />
    </span>
  );
}
