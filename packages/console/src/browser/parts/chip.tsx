import { type Look, lookOf, type Vocabulary } from '../format/words.ts';
import { Mark } from './icon.tsx';

/** A word of a closed list, with its mark and colour. */
export function Chip({ of, word }: { readonly of: Vocabulary; readonly word: string }) {
  return <Badge look={lookOf(of, word)} />;
}

export function Badge({ look }: { readonly look: Look }) {
  return (
    <span className={`chip chip-${look.tone}`}>
      <Mark tone={look.tone} />
      {look.text}
    </span>
  );
}

export function ClassChip({ value }: { readonly value: number | null }) {
  if (value === null) return <span className="none">no class</span>;
  const risk = value === 1 ? 'low' : value === 2 ? 'medium' : 'high';
  return (
    <span className={`class class-${value}`}>
      class {value} <span className="quiet">{risk}</span>
    </span>
  );
}
