import type { ReactNode } from 'react';
import { counted } from '../format/count.ts';
import { Answered, Empty } from './states.tsx';

interface ListQuery<T> {
  readonly data: { readonly items: readonly T[]; readonly more: boolean } | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
  readonly fetchNextPage: () => unknown;
  readonly isFetchingNextPage: boolean;
}

interface ListProps<T> {
  readonly query: ListQuery<T>;
  readonly one: string;
  readonly many?: string;
  readonly none: ReactNode;
  readonly children: (items: readonly T[]) => ReactNode;
}

/** A list of the API: its rows, how many are shown, and a button for more. The count is a live region. */
export function List<T>({ query, one, many = `${one}s`, none, children }: ListProps<T>) {
  return (
    <Answered query={query}>
      {({ items, more }) => (
        <>
          {items.length === 0 ? <Empty>{none}</Empty> : children(items)}
          <div className="list-foot">
            <p role="status">
              {items.length > 0 &&
                `${counted(items.length, one, many)} shown${more ? ', there are more' : ''}`}
            </p>
            {more && (
              <button
                type="button"
                disabled={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                {query.isFetchingNextPage ? 'Loading…' : `Show more ${many}`}
              </button>
            )}
          </div>
        </>
      )}
    </Answered>
  );
}
