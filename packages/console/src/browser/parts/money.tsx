import { counted, countText, unpricedText } from '../format/count.ts';
import { compareDecimals, decimalParts } from '../format/decimal.ts';
import { Badge } from './chip.tsx';

interface UsdProps {
  readonly amount: string | null;
  /** Decimals of the longest amount of a column: shorter ones are padded, so that the points stand below one another. */
  readonly decimals?: number;
}

/** An amount exactly as the service gave it; null is unknown and not zero. */
export function Usd({ amount, decimals = 0 }: UsdProps) {
  if (amount === null) return <span className="unknown">unpriced</span>;
  const parts = decimalParts(amount);
  const { length } = parts?.fraction ?? '';
  const point = length === 0 && decimals > 0 ? PUNCTUATION_SPACE : '';
  return (
    <span className="usd">
      ${amount}
      <span aria-hidden="true">{point + FIGURE_SPACE.repeat(Math.max(0, decimals - length))}</span>
    </span>
  );
}

const FIGURE_SPACE = '\u2007';
const PUNCTUATION_SPACE = '\u2008';

/** A total, with the share of it that is unknown always beside it. */
export function Total(props: {
  readonly usd: string | null;
  readonly calls: number;
  readonly unpriced: number;
}) {
  if (props.calls === 0 && compareDecimals(props.usd ?? '0', '0') === 0)
    return <span className="quiet">no model calls</span>;
  return (
    <span className="total">
      <strong>
        <Usd amount={props.usd} />
      </strong>{' '}
      <UnpricedShare calls={props.calls} unpriced={props.unpriced} />
    </span>
  );
}

export function UnpricedShare({ calls, unpriced }: { readonly calls: number; readonly unpriced: number }) {
  const text = unpricedText(calls, unpriced);
  return unpriced > 0 ? <Badge look={{ tone: 'warn', text }} /> : <span className="quiet">{text}</span>;
}

export function Count({
  value,
  one,
  many,
}: {
  readonly value: number;
  readonly one?: string;
  readonly many?: string;
}) {
  return <span className="number">{one === undefined ? countText(value) : counted(value, one, many)}</span>;
}
