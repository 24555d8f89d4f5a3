import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import type { PackFormat } from './part-query.ts';

const NEWLINE = 10;
const QUOTE = 34;

/** What a file turned out to be, once it has passed. */
export interface FileFacts {
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
  /** Rows; null where the format does not tell from its bytes. */
  readonly rows: number | null;
}

/** Passes bytes on and counts them: what the manifest says of a file is what was handed out. */
export class CountedFile extends Transform {
  readonly #hash = createHash('sha256');
  readonly #format: PackFormat;
  #bytes = 0;
  #lines = 0;
  #quoted = false;

  constructor(format: PackFormat) {
    super();
    this.#format = format;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    if (this.#format !== 'parquet') this.#countLines(chunk);
    done(null, chunk);
  }

  /** Only once the stream has ended. */
  facts(): FileFacts {
    // The first line of a CSV names the columns.
    const rows = this.#format === 'csv' ? Math.max(0, this.#lines - 1) : this.#lines;
    return {
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      rows: this.#format === 'parquet' ? null : rows,
    };
  }

  /** In CSV a newline within quotes is part of a cell; a quote in a cell is doubled, which opens and closes again. */
  #countLines(chunk: Buffer): void {
    if (this.#format === 'csv') {
      for (const byte of chunk) {
        if (byte === QUOTE) this.#quoted = !this.#quoted;
        else if (byte === NEWLINE && !this.#quoted) this.#lines += 1;
      }
      return;
    }
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) this.#lines += 1;
  }
}
