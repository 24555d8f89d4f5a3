import type { Vocabulary } from '../../format/words.ts';
import { Chip } from '../../parts/chip.tsx';

interface Props {
  readonly verdict: string | null;
  readonly enforcement: string | null;
  readonly outcome: string | null;
}

/** Verdict, enforcement and outcome, always as three facts; one that this record does not state says so. */
export function ThreeFacts({ verdict, enforcement, outcome }: Props) {
  if (verdict === null && enforcement === null && outcome === null) return null;
  return (
    <dl className="three-facts">
      <One name="Verdict" of="verdict" word={verdict} />
      <One name="Enforcement" of="enforcement" word={enforcement} />
      <One name="Outcome" of="outcome" word={outcome} />
    </dl>
  );
}

function One({
  name,
  of,
  word,
}: {
  readonly name: string;
  readonly of: Vocabulary;
  readonly word: string | null;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{word === null ? <span className="none">not stated here</span> : <Chip of={of} word={word} />}</dd>
    </div>
  );
}
