import { readScope } from '../otlp/decode-protobuf.ts';
import { OtlpDefect } from '../otlp/defect.ts';
import type { Bytes } from './bytes.ts';
import type { ByteBuffer } from './columns/byte-buffer.ts';
import type { Cursor } from './cursor.ts';
import { misplaced } from './defects.ts';
import { Ranges } from './ranges.ts';
import type { Shared } from './shared.ts';
import { UNMETERED } from './unmetered.ts';

/** Tags of `InstrumentationScope`, common.proto. */
const NAME = 0x0a;
const VERSION = 0x12;

/** Reads the scope that some spans share. */
export class ScopeReader {
  readonly #shared: Shared;
  readonly #ranges = new Ranges();
  /** Whether what is shared now is a scope that nothing was sent for. */
  #isEmptyShared = false;
  /** What is wrong with it, and so with every one of its spans. */
  defect: OtlpDefect | undefined;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  begin(): void {
    this.#isEmptyShared = false;
  }

  clear(): void {
    this.#ranges.clear();
    this.defect = undefined;
  }

  found(start: number, end: number): void {
    this.#ranges.add(start, end);
  }

  /** Reads what was found. */
  read(cursor: Cursor): void {
    if (this.#ranges.isEmpty && this.#isEmptyShared) return;
    this.#shared.write();
    this.#isEmptyShared = this.#ranges.isEmpty;
    const { scopeName, scopeVersion } = this.#shared;
    write(scopeName, cursor, 0, 0);
    write(scopeVersion, cursor, 0, 0);
    const { at, end } = cursor;
    try {
      for (let i = 0; i < this.#ranges.count; i++) {
        cursor.at = this.#ranges.start(i);
        cursor.end = this.#ranges.end(i);
        for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
          if (tag === NAME) write(scopeName, cursor, cursor.text(), cursor.at);
          else if (tag === VERSION) write(scopeVersion, cursor, cursor.text(), cursor.at);
          else if (tag >>> 3 <= 2) throw misplaced(tag & 7);
          else cursor.skip(tag);
        }
      }
    } catch (error) {
      if (!(error instanceof OtlpDefect)) throw error;
      this.defect = error;
    }
    cursor.at = at;
    cursor.end = end;
  }

  model(body: Bytes): { readonly scopeName: string; readonly scopeVersion: string } {
    return readScope(this.#ranges.readers(body, UNMETERED));
  }
}

/** The last one sent is the one that counts. */
function write(out: ByteBuffer, { body }: Cursor, start: number, end: number): void {
  out.length = 0;
  out.sized(body, start, end);
}
