/** A piece of text: as it is, or one character that would not be seen, by its code point. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'hidden'; readonly code: string };

/**
 * Control, format and bidirectional characters, odd spaces and lone surrogates: with them a text reads otherwise than it
 * executes. Line feed and tab are ordinary.
 */
const HIDDEN = new RegExp(
  [
    String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]`,
    // Spaces that are not the space, and letters of no width.
    String.raw`[\u00a0\u115f\u1160\u17b4\u17b5\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]`,
    String.raw`\u034f`,
    // Variation selectors can carry a hidden text; one after a pictograph only chooses its colour.
    String.raw`(?<!\p{Extended_Pictographic})[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]`,
  ].join('|'),
  'gu',
);

/** Splits a text that an agent, or whoever fed it, controls, so that a page can show each hidden character as its code. */
export function visiblePieces(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    const [character] = match;
    if (character === '\n' || character === '\t') continue;
    if (match.index > end) pieces.push({ kind: 'text', text: text.slice(end, match.index) });
    pieces.push({ kind: 'hidden', code: codePoint(character) });
    end = match.index + character.length;
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) });
  return pieces;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
