import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useSignIn, useSingleSignOn } from '../api/session.ts';
import type { Session } from '../api/shapes.ts';
import { Failure } from '../parts/states.tsx';

interface SignInProps {
  /** From the address of this page. */
  readonly token: string | undefined;
  /** Who is signed in already: then a link does not change that unasked. */
  readonly who: Session | null;
  readonly done: () => void;
}

export function SignInPage({ token, who, done }: SignInProps) {
  const signIn = useSignIn();
  const tried = useRef(false);
  useEffect(() => {
    document.title = 'Sign in · Tollgate';
    if (token === undefined || who !== null || tried.current) return;
    tried.current = true;
    signIn.mutate(token, { onSettled: done });
  }, [token, who, signIn, done]);
  return (
    <main className="sign-in" id="main">
      <p className="brand">Tollgate</p>
      <h1>Sign in</h1>
      {signIn.error !== null && <Failure error={signIn.error} />}
      {token !== undefined && who !== null ? (
        <Switch who={who} stay={done} change={() => signIn.mutate(token, { onSuccess: done })} />
      ) : signIn.isPending ? (
        <p role="status">Signing in…</p>
      ) : (
        <>
          <SingleSignOn />
          <TokenForm submit={(typed) => signIn.mutate(typed)} />
        </>
      )}
    </main>
  );
}

/** A page of the service's own, which goes on to the provider: not one of these pages. */
function SingleSignOn() {
  const href = useSingleSignOn().data;
  if (href === null || href === undefined) return null;
  return (
    <p>
      <a className="primary" href={href}>
        Sign in with your organisation
      </a>
    </p>
  );
}

function Switch(props: { readonly who: Session; readonly stay: () => void; readonly change: () => void }) {
  return (
    <>
      <p>
        You are signed in as <strong>{props.who.name}</strong>. The link that you opened signs in with another
        token.
      </p>
      <div className="buttons">
        <button type="button" className="primary" onClick={props.stay}>
          Stay signed in
        </button>
        <button type="button" className="plain" onClick={props.change}>
          Use the link’s token
        </button>
      </div>
    </>
  );
}

function TokenForm({ submit }: { readonly submit: (token: string) => void }) {
  const id = useId();
  const [token, setToken] = useState('');
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== '') submit(token.trim());
  };
  return (
    <form onSubmit={onSubmit}>
      <label htmlFor={id}>Personal token</label>
      <p id={`${id}-hint`} className="quiet">
        It begins with <code>tgp_</code>. The terminal prints a link with one when Tollgate starts.
      </p>
      <input
        {...{ id, value: token, type: 'password', autoComplete: 'off', spellCheck: false, required: true }}
        aria-describedby={`${id}-hint`}
        onChange={(event) => setToken(event.target.value)}
      />
      <button type="submit" className="primary">
        Sign in
      </button>
    </form>
  );
}
