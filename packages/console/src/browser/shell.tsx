import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import { useLiveUpdates } from './api/live.ts';
import { useSignOut } from './api/session.ts';
import type { Session } from './api/shapes.ts';
import { Announcer } from './parts/announcer.tsx';

const PAGES = [
  ['/', 'Overview'],
  ['/approvals', 'Approvals'],
  ['/reviews', 'Reviews'],
  ['/flags', 'Flags'],
  ['/runs', 'Runs'],
  ['/costs', 'Costs'],
  ['/budgets', 'Budgets'],
  ['/workflows', 'Workflows'],
] as const;

/** What stands around every page: the way past it, the name, the navigation, and who is signed in. */
export function Shell({ who, children }: { readonly who: Session; readonly children: ReactNode }) {
  useLiveUpdates();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="top">
        <span className="brand">Tollgate</span>
        <nav aria-label="Pages">
          <ul>
            {PAGES.map(([to, name]) => (
              <li key={to}>
                <NavLink to={to} end={to === '/'}>
                  {name}
                </NavLink>
              </li>
            ))}
          </ul>
        </nav>
        <Who who={who} />
      </header>
      <main id="main" tabIndex={-1}>
        <Announcer>{children}</Announcer>
      </main>
    </div>
  );
}

function Who({ who }: { readonly who: Session }) {
  const signOut = useSignOut();
  const teams = who.teams.includes('*') ? 'every team' : who.teams.join(', ');
  return (
    <div className="who">
      <span className="who-name" title={who.name}>
        {who.display_name ?? who.name}
      </span>
      <span className="quiet" title={`${who.roles.join(', ')} · ${teams}`}>
        {who.roles.join(', ')} · {teams}
      </span>
      <button type="button" className="plain" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
        Sign out
      </button>
    </div>
  );
}
