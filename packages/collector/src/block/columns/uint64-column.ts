import type { NativeParts } from '../native-parts.ts';
import type { Column } from './column.ts';
import { WordBuffer } from './word-buffer.ts';

/** One 64-bit integer, and the two words that it is. */
const WHOLE = new BigUint64Array(1);
const HALVES = new Uint32Array(WHOLE.buffer);

/** A 64-bit integer, or a `DateTime64`, which is one, as pairs of 32-bit words. */
export class UInt64Column implements Column {
  readonly type: string;
  readonly values = new WordBuffer(1 << 12);
  readonly storages = [this.values];

  constructor(type: 'UInt64' | 'DateTime64(9)') {
    this.type = type;
  }

  push(value: bigint): void {
    WHOLE[0] = value;
    this.values.push64(HALVES[0] ?? 0, HALVES[1] ?? 0);
  }

  writePrefix(): void {}

  writeData(out: NativeParts): void {
    out.words(this.values.view());
  }
}
