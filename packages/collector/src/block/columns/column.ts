import type { NativeParts } from '../native-parts.ts';
import type { Storage } from './storage.ts';

/** One column of a block: what the Native format says of it, in the two steps in which ClickHouse reads it. */
export interface Column {
  /** As ClickHouse names it. */
  readonly type: string;
  readonly storages: readonly Storage[];
  /** What is said before the column's data, once, whatever it is nested in. */
  writePrefix(out: NativeParts): void;
  writeData(out: NativeParts): void;
}
