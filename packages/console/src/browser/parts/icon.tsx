import type { Tone } from '../format/words.ts';

const PATHS: Record<Tone, string> = {
  good: 'M3.5 8.5l3 3 6-7',
  bad: 'M4 4l8 8M12 4l-8 8',
  warn: 'M8 3v6M8 12v1',
  wait: 'M8 4v4l3 2M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13z',
  calm: 'M4 8h8',
};

/** The mark beside a word, so that nothing is said by colour alone. Hidden from readers: the word is beside it. */
export function Mark({ tone }: { readonly tone: Tone }) {
  return (
    <svg className="mark" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true" focusable="false">
      <path d={PATHS[tone]} fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
