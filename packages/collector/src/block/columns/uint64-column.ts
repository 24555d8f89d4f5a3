import type { NativeParts } from '../native-parts.ts';
import type { Column } from './column.ts';
import { WordBuffer } from './word-buffer.ts';

/** A 64-bit integer, or a `DateTime64`, which is one, as pairs of 32-bit words. */
export class UInt64Column implements Column {
  readonly type: string;
  readonly values = new WordBuffer(1 << 12);
  readonly storages = [this.values];

  constructor(type: 'UInt64' | 'DateTime64(9)') {
    this.type = type;
  }

  push(value: bigint): void {
    this.values.push64(Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn));
  }

  writePrefix(): void {}

  writeData(out: NativeParts): void {
    out.words(this.values.view());
  }
}
