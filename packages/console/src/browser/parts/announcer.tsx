import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import { Mark } from './icon.tsx';

const Announce = createContext<(text: string) => void>(() => undefined);

/** Says what a person's action did, in a place that stays while the form that caused it goes. */
export function Announcer({ children }: { readonly children: ReactNode }) {
  const [text, setText] = useState('');
  const { pathname } = useLocation();
  useEffect(() => setText(''), [pathname]);
  return (
    <Announce value={setText}>
      <p role="status" className={text === '' ? 'visually-hidden' : 'announcement'}>
        {text !== '' && <Mark tone="good" />}
        {text}
      </p>
      {children}
    </Announce>
  );
}

/** Announces, and moves the focus to the page's heading, because the button that had it may be gone. */
export function useAnnounce(): (text: string) => void {
  const announce = useContext(Announce);
  return (text) => {
    announce(text);
    document.querySelector('h1')?.focus();
  };
}
