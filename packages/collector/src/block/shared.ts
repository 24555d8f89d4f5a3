import { ByteBuffer } from './columns/byte-buffer.ts';
import { WordBuffer } from './columns/word-buffer.ts';
import type { LandingColumns } from './landing-columns.ts';

/**
 * What the spans of one resource and scope have in common. It stands in every row of theirs, and is written for all of them
 * at once, before anything else is.
 */
export class Shared {
  /** Entry of the service's name. */
  service = 0;
  readonly resourceKeys = new WordBuffer(64);
  readonly resourceValues = new ByteBuffer(1 << 12);
  readonly scopeName = new ByteBuffer(1 << 8);
  readonly scopeVersion = new ByteBuffer(1 << 8);
  readonly #columns: LandingColumns;
  #rows = 0;

  constructor(columns: LandingColumns) {
    this.#columns = columns;
  }

  /** How much larger a row is for it. */
  get bytes(): number {
    return (
      this.resourceKeys.usedBytes +
      this.resourceValues.length +
      this.scopeName.length +
      this.scopeVersion.length
    );
  }

  /** One more row has it. */
  addRow(): void {
    this.#rows++;
  }

  /** Forgets rows that were not written. */
  drop(): void {
    this.#rows = 0;
  }

  /** Writes it for all rows that have it. */
  write(): void {
    const rows = this.#rows;
    if (rows === 0) return;
    this.#rows = 0;
    const { serviceName, resourceAttributes, scopeName, scopeVersion } = this.#columns;
    const { keys, values, offsets } = resourceAttributes;
    serviceName.entries.fill(this.service, rows);
    for (let row = 1; row <= rows; row++) offsets.push(keys.entries.length + row * this.resourceKeys.length);
    keys.entries.repeat(this.resourceKeys, rows);
    values.bytes.repeat(this.resourceValues, rows);
    scopeName.bytes.repeat(this.scopeName, rows);
    scopeVersion.bytes.repeat(this.scopeVersion, rows);
  }
}
