import type { NativeParts } from '../native-parts.ts';
import type { Column } from './column.ts';
import { WordBuffer } from './word-buffer.ts';

/** Where the elements of each row end: 64-bit numbers. */
export class Offsets {
  readonly ends = new WordBuffer(1 << 12);

  push(end: number): void {
    this.ends.push64(end, 0);
  }

  /** How many rows there are. */
  get rows(): number {
    return this.ends.length / 2;
  }
}

/** `Array(…)`. The arrays of one Nested share their offsets. */
export class ArrayColumn<Elements extends Column> implements Column {
  readonly type: string;
  readonly storages;
  readonly offsets: Offsets;
  readonly elements: Elements;

  constructor(offsets: Offsets, elements: Elements) {
    this.offsets = offsets;
    this.elements = elements;
    this.type = `Array(${elements.type})`;
    this.storages = [offsets.ends, ...elements.storages];
  }

  writePrefix(out: NativeParts): void {
    this.elements.writePrefix(out);
  }

  writeData(out: NativeParts): void {
    out.words(this.offsets.ends.view());
    this.elements.writeData(out);
  }
}
