import type { ReactNode } from 'react';

/** Name and value pairs. A value of `undefined` is left out. */
export function Facts({ items }: { readonly items: Readonly<Record<string, ReactNode>> }) {
  return (
    <dl className="facts">
      {Object.entries(items).map(
        ([name, value]) =>
          value !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
