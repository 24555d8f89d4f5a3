import type { ReactNode } from 'react';
import { RequestFailure } from '../api/failure.ts';

export function Loading() {
  return (
    <p className="loading" role="status">
      Loading…
    </p>
  );
}

/** What went wrong, and what to do about it. */
export function Failure({
  error,
  again,
}: {
  readonly error: Error;
  readonly again?: (() => void) | undefined;
}) {
  const known = error instanceof RequestFailure ? error : undefined;
  if (known?.code === 'forbidden' && again !== undefined)
    return <p className="notice">This account may not read this: another role or team can.</p>;
  return (
    <div className="failure" role="alert">
      <p>
        <strong>{error.message}</strong> {known?.mend}
      </p>
      {known !== undefined && known.issues.length > 0 && (
        <ul>
          {known.issues.map((issue) => (
            <li key={`${issue.path} ${issue.message}`}>
              {issue.path !== '' && <code>{issue.path}</code>} {issue.message}
            </li>
          ))}
        </ul>
      )}
      {again !== undefined && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

interface Answer<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

/** What a query gave, or that it loads, or why it failed. A failure to refresh stands above what was there before. */
export function Answered<T>({
  query,
  children,
}: {
  readonly query: Answer<T>;
  readonly children: (data: T) => ReactNode;
}) {
  const { data, error, refetch } = query;
  return (
    <>
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {data !== undefined ? children(data) : error === null && <Loading />}
    </>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="empty">{children}</p>;
}
