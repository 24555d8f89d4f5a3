import { TollgateError } from '@tollgate/contract';
import { z } from 'zod';

/** Query parameters of every list. Spread into a route's query object. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(1024).optional(),
} as const;

/** The shape of every list. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

/** Keyset values as an opaque cursor. */
export function encodeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The keyset values of a cursor that `encodeCursor` made. @throws TollgateError `invalid_request` for any other text. */
export function decodeCursor<T extends z.ZodType>(cursor: string, shape: T): z.output<T> {
  const parsed = shape.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new TollgateError('invalid_request', undefined, {
    issues: [{ path: 'query.cursor', message: 'not a cursor of this list' }],
  });
}

/**
 * The page of a list, from `limit + 1` rows read.
 * @param key the keyset values of a row, in the order of the list
 */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  key: (row: T) => readonly (string | number)[],
): { items: T[]; next_cursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
