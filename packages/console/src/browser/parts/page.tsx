import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { useLocation } from 'react-router';

interface PageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly above?: ReactNode;
  readonly children: ReactNode;
}

/**
 * A page: its title in the window and in the heading, which takes the focus when one comes from another page. Both are so
 * before the page is seen, so that no key that is pressed then goes to what was left.
 */
export function Page({ title, lead, above, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname, key } = useLocation();
  useLayoutEffect(() => {
    document.title = `${title} · Tollgate`;
  }, [title]);
  useLayoutEffect(() => {
    if (key !== 'default') heading.current?.focus();
  }, [pathname]);
  return (
    <>
      {above}
      <header className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead !== undefined && <div className="lead">{lead}</div>}
      </header>
      {children}
    </>
  );
}

interface PanelProps {
  readonly title: string;
  readonly id: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export function Panel({ title, id, aside, children }: PanelProps) {
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
