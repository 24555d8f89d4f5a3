import { ByteBuffer } from './columns/byte-buffer.ts';
import { WordBuffer } from './columns/word-buffer.ts';
import type { LandingColumns } from './landing-columns.ts';

/** What the spans of one resource and scope have in common, as it is written into every row of theirs. */
export class Shared {
  /** Entry of the service's name. */
  service = 0;
  readonly resourceKeys = new WordBuffer(64);
  readonly resourceValues = new ByteBuffer(1 << 12);
  readonly scopeName = new ByteBuffer(1 << 8);
  readonly scopeVersion = new ByteBuffer(1 << 8);

  /** How much larger a row is for it. */
  get bytes(): number {
    return (
      this.resourceKeys.usedBytes +
      this.resourceValues.length +
      this.scopeName.length +
      this.scopeVersion.length
    );
  }

  append(columns: LandingColumns): void {
    const { keys, values } = columns.resourceAttributes;
    columns.serviceName.entries.push(this.service);
    keys.entries.append(this.resourceKeys.words, this.resourceKeys.length);
    values.bytes.raw(this.resourceValues.bytes, 0, this.resourceValues.length);
    columns.resourceAttributes.endRow();
    columns.scopeName.bytes.raw(this.scopeName.bytes, 0, this.scopeName.length);
    columns.scopeVersion.bytes.raw(this.scopeVersion.bytes, 0, this.scopeVersion.length);
  }
}
