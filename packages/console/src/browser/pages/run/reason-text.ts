import { REASONS } from '@tollgate/contract';

/** A reason code in words; a code that is not in the catalogue as it came. */
export function reasonText(code: string): string {
  const reasons: Readonly<Record<string, string>> = REASONS;
  return Object.hasOwn(reasons, code) ? (reasons[code] ?? code) : code.replaceAll('_', ' ');
}
