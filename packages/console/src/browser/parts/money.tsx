import { counted, countText, unpricedText } from '../format/count.ts';
import { decimalParts } from '../format/decimal.ts';
import { Badge } from './chip.tsx';

/** An amount exactly as the service gave it; null is unknown and not zero. */
export function Usd({ amount }: { readonly amount: string | null }) {
  if (amount === null) return <span className="unknown">unpriced</span>;
  const parts = decimalParts(amount);
  if (parts === undefined) return <span className="usd">{amount}</span>;
  return (
    <span className="usd">
      <span>
        {parts.sign}${parts.whole}
      </span>
      <span className="fraction">{parts.fraction === '' ? '' : `.${parts.fraction}`}</span>
    </span>
  );
}

/** A total, with the share of it that is unknown always beside it. */
export function Total(props: {
  readonly usd: string | null;
  readonly calls: number;
  readonly unpriced: number;
}) {
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
