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

const PICTURES = {
  /** A store of records. */
  source:
    'M3 5c0-1.5 2.2-2.5 5-2.5S13 3.5 13 5 10.8 7.5 8 7.5 3 6.5 3 5zM3 5v6c0 1.5 2.2 2.5 5 2.5s5-1 5-2.5V5M3 8c0 1.5 2.2 2.5 5 2.5s5-1 5-2.5',
  /** A thought. */
  inference: 'M6 13.5h4M6.5 11.5v-1.2C5 9.5 4 8.1 4 6.5a4 4 0 0 1 8 0c0 1.6-1 3-2.5 3.8v1.2z',
  /** Neither is known. */
  neither: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.6 8 9 8 9.8M8 12.5v.5',
} as const;

export type PictureName = keyof typeof PICTURES;

/** A picture beside a heading that says the same. */
export function Picture({ name }: { readonly name: PictureName }) {
  return (
    <svg className="picture" viewBox="0 0 16 16" width="20" height="20" aria-hidden="true" focusable="false">
      <path
        d={PICTURES[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
