import { z } from 'zod';

const known = new WeakMap<readonly unknown[], Map<z.ZodType, readonly unknown[]>>();

/**
 * Rows of the store, checked. The same rows are checked once for each schema, whoever asks: controls share reads.
 * @throws ZodError where they are not as they should be
 */
export function parsed<Row>(row: z.ZodType<Row>, rows: readonly unknown[]): readonly Row[] {
  const ofRows = known.get(rows) ?? new Map<z.ZodType, readonly unknown[]>();
  known.set(rows, ofRows);
  const before = ofRows.get(row);
  // What stands under a schema came from it.
  if (before !== undefined) return before as readonly Row[];
  const checked = z.array(row).parse(rows);
  ofRows.set(row, checked);
  return checked;
}
