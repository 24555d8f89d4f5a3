import type { NativeParts } from '../native-parts.ts';
import { ByteBuffer } from './byte-buffer.ts';
import type { Column } from './column.ts';

/** `String`: what was written to `bytes`, which is already what ClickHouse reads. */
export class StringColumn implements Column {
  readonly type = 'String';
  readonly bytes = new ByteBuffer(1 << 14);
  readonly storages = [this.bytes];

  writePrefix(): void {}

  writeData(out: NativeParts): void {
    out.words(this.bytes.written());
  }
}
