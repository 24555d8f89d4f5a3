import type { ReactNode } from 'react';

/** A group and no landmark: a page can have many of these, and landmarks are for finding one's way. */
const GROUP = { role: 'group' } as const;

interface ScrollProps {
  readonly label: string;
  readonly className: string;
  readonly children: ReactNode;
}

/** What scrolls within itself, by keyboard too. */
export function Scroll({ label, className, children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is in GROUP
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <div {...GROUP} className={className} aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
