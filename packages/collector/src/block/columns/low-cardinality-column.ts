import { Bytes } from '../bytes.ts';
import type { Cursor } from '../cursor.ts';
import type { NativeParts } from '../native-parts.ts';
import type { Column } from './column.ts';
import { Dictionary } from './dictionary.ts';
import { WordBuffer } from './word-buffer.ts';

/** Version of the keys' serialization, and the two flags of a dictionary that comes with its block. */
const VERSION = 1;
const HAS_ADDITIONAL_KEYS = 0x200;
const NEEDS_UPDATE = 0x400;

/** `LowCardinality(String)`: a dictionary, which lives as long as its block, and an entry's number for every row. */
export class LowCardinalityColumn implements Column {
  readonly type = 'LowCardinality(String)';
  readonly dictionary: Dictionary;
  readonly entries = new WordBuffer(1 << 12);
  readonly storages;

  /** Entries of texts that came as strings. */
  readonly #byText = new Map<string, number>();
  #generation = 0;

  constructor(reserved: readonly string[] = []) {
    this.dictionary = new Dictionary(reserved);
    this.storages = [this.dictionary, this.entries] as const;
  }

  /** The entry of the text that follows. */
  read(cursor: Cursor): number {
    const start = cursor.field();
    const { entries } = this;
    const previous = entries.length === 0 ? 0 : (entries.words[entries.length - 1] ?? 0);
    return this.dictionary.follow(previous, cursor.body, start, cursor.at);
  }

  entryOf(text: string): number {
    if (this.#generation !== this.dictionary.generation) this.#forget();
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const bytes = Bytes.of(text);
    const entry = this.dictionary.intern(bytes, 0, bytes.buffer.length);
    this.#byText.set(text, entry);
    return entry;
  }

  #forget(): void {
    this.#byText.clear();
    this.#generation = this.dictionary.generation;
  }

  text(text: string): void {
    this.entries.push(this.entryOf(text));
  }

  writePrefix(out: NativeParts): void {
    out.u64(VERSION);
  }

  writeData(out: NativeParts): void {
    if (this.entries.length === 0) return;
    const { length: size, texts } = this.dictionary;
    const width = size <= 0x100 ? 0 : size <= 0x1_0000 ? 1 : 2;
    out.u64(HAS_ADDITIONAL_KEYS | NEEDS_UPDATE | width);
    out.u64(size);
    out.words(texts.written());
    out.u64(this.entries.length);
    const entries = this.entries.view();
    out.words(width === 0 ? Uint8Array.from(entries) : width === 1 ? Uint16Array.from(entries) : entries);
  }
}
