import { thousandths } from '../format/decimal.ts';

/** How an amount compares with the largest of its table. The amount stands beside it, so readers skip the bar. */
export function Bar({ amount, largest }: { readonly amount: string; readonly largest: string }) {
  return (
    <svg
      className="bar"
      viewBox="0 0 1000 10"
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <rect className="bar-track" width="1000" height="10" />
      <rect className="bar-fill" width={thousandths(amount, largest)} height="10" />
    </svg>
  );
}
