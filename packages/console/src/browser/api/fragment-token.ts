/**
 * Takes the token out of `#token=…` and the fragment out of the address bar and the history, before anything else runs:
 * a fragment is never sent to a server, and then it is not kept by the browser either.
 */
export function takeFragmentToken(): string | undefined {
  const token = new URLSearchParams(window.location.hash.replace(/^#/, '')).get('token');
  if (token === null) return undefined;
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return token.trim() === '' ? undefined : token.trim();
}
