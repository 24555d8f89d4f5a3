/** Money is a decimal string from the service to the page. Nothing here makes a float of it: digits are compared as integers. */

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

export interface DecimalParts {
  readonly sign: string;
  readonly whole: string;
  readonly fraction: string;
}

export function decimalParts(text: string): DecimalParts | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  return { sign, whole, fraction };
}

/** `part / whole` in thousandths, 0 to 1000, for the length of a bar. Anything that is not a positive amount is 0. */
export function thousandths(part: string, whole: string): number {
  const [a, b] = [decimalParts(part), decimalParts(whole)];
  if (a === undefined || b === undefined || a.sign !== '' || b.sign !== '') return 0;
  const scale = Math.max(a.fraction.length, b.fraction.length);
  const [x, y] = [scaled(a, scale), scaled(b, scale)];
  if (y === 0n) return 0;
  const share = (x * 1000n) / y;
  return Number(share > 1000n ? 1000n : share);
}

/** `part / whole` as `41.2 %`, rounded down; above 100 where it is more. Undefined where there is no share to speak of. */
export function percentText(part: string, whole: string): string | undefined {
  const [a, b] = [decimalParts(part), decimalParts(whole)];
  if (a === undefined || b === undefined || a.sign !== '' || b.sign !== '') return undefined;
  const scale = Math.max(a.fraction.length, b.fraction.length);
  const [x, y] = [scaled(a, scale), scaled(b, scale)];
  if (y === 0n) return undefined;
  const tenths = (x * 1000n) / y;
  if (tenths === 0n && x > 0n) return 'under 0.1 %';
  return tenths % 10n === 0n ? `${tenths / 10n} %` : `${tenths / 10n}.${tenths % 10n} %`;
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. A text that is no amount counts as 0. */
export function compareDecimals(a: string, b: string): number {
  const [x, y] = [decimalParts(a) ?? ZERO, decimalParts(b) ?? ZERO];
  const scale = Math.max(x.fraction.length, y.fraction.length);
  const difference = scaled(x, scale) - scaled(y, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function largest(amounts: readonly string[]): string {
  return amounts.reduce((max, one) => (compareDecimals(one, max) > 0 ? one : max), '0');
}

/** Digits after the point of the amount that has most. */
export function mostDecimals(amounts: readonly string[]): number {
  return Math.max(0, ...amounts.map((one) => decimalParts(one)?.fraction.length ?? 0));
}

const ZERO: DecimalParts = { sign: '', whole: '0', fraction: '' };

function scaled({ sign, whole, fraction }: DecimalParts, scale: number): bigint {
  const digits = BigInt(whole + fraction.padEnd(scale, '0'));
  return sign === '-' ? -digits : digits;
}
