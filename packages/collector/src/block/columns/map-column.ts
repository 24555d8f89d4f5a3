import type { NativeParts } from '../native-parts.ts';
import { Offsets } from './array-column.ts';
import type { Column } from './column.ts';
import { LowCardinalityColumn } from './low-cardinality-column.ts';
import { StringColumn } from './string-column.ts';

/** `Map(LowCardinality(String), String)`, which ClickHouse keeps as an array of pairs. */
export class MapColumn implements Column {
  readonly keys: LowCardinalityColumn;
  readonly values = new StringColumn();
  readonly offsets = new Offsets();
  readonly type = 'Map(LowCardinality(String), String)';
  readonly storages;

  constructor(reserved: readonly string[]) {
    this.keys = new LowCardinalityColumn(reserved);
    this.storages = [this.offsets.ends, ...this.keys.storages, ...this.values.storages];
  }

  /** The pairs written since the last row are one row. */
  endRow(): void {
    this.offsets.push(this.keys.entries.length);
  }

  writePrefix(out: NativeParts): void {
    this.keys.writePrefix(out);
  }

  writeData(out: NativeParts): void {
    out.words(this.offsets.ends.view());
    this.keys.writeData(out);
    this.values.writeData(out);
  }
}
