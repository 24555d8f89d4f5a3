import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';

/** Filters live in the address, so that a view can be linked and the back button works. */
export function useFilters<K extends string>(names: readonly K[], defaults: Partial<Record<K, string>> = {}) {
  const [search, setSearch] = useSearchParams();
  const values = Object.fromEntries(
    names.map((name) => [name, search.get(name) ?? defaults[name] ?? '']),
  ) as Record<K, string>;
  const set = (name: K, value: string) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === (defaults[name] ?? '')) after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  return { values, set };
}

export function Filters({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <search className="filters" aria-label={label}>
      {children}
    </search>
  );
}

interface SelectProps {
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Value and text. */
  readonly options: readonly (readonly [string, string])[];
}

export function Select({ name, value, onChange, options }: SelectProps) {
  // A value from the address that is not offered is shown all the same, or the page would lie about its filter.
  const offered = options.some(([one]) => one === value) ? options : [...options, [value, value] as const];
  return (
    <label className="field">
      <span>{name}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {offered.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

export function DateField(props: {
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{props.name}</span>
      <input type="date" value={props.value} onChange={(event) => props.onChange(event.target.value)} />
    </label>
  );
}
