import type { BodyMeta } from './entry.ts';
import type { LogFile } from './log-files.ts';
import { SEGMENT_HEADER_BYTES, type SegmentHeader } from './segment-header.ts';
import { Uint32List } from './uint32-list.ts';

/** One file of the log, and where its bodies lie in it: twelve bytes a body, whatever its size. */
export class Segment {
  readonly number: number;
  readonly path: string;
  readonly header: SegmentHeader;
  readonly file: LogFile;
  /** Bytes that are synced; what lies behind is not ours. */
  length = SEGMENT_HEADER_BYTES;
  readonly #offsets = new Uint32List();
  readonly #spans = new Uint32List();
  readonly #seconds = new Uint32List();

  constructor(number: number, path: string, header: SegmentHeader, file: LogFile) {
    this.number = number;
    this.path = path;
    this.header = header;
    this.file = file;
  }

  /** One more than the highest id in it. */
  get nextId(): number {
    return this.header.firstId + this.#offsets.length;
  }

  /** Ids grow; those that are left out were never written, or were damaged. */
  add({ id, spans, receivedMs }: Pick<BodyMeta, 'id' | 'spans' | 'receivedMs'>, offset: number): void {
    while (this.nextId < id) this.#push(0, 0, 0);
    this.#push(offset, spans, receivedMs / 1000);
  }

  #push(offset: number, spans: number, seconds: number): void {
    this.#offsets.push(offset);
    this.#spans.push(spans);
    this.#seconds.push(seconds);
  }

  /** Forgets bodies from this id on: their write failed. */
  cut(id: number): void {
    for (const list of [this.#offsets, this.#spans, this.#seconds]) list.truncate(id - this.header.firstId);
  }

  /** Where a body begins; undefined where this segment has none of that id. */
  offsetOf(id: number): number | undefined {
    return this.#offsets.at(id - this.header.firstId) || undefined;
  }

  spansOf(id: number): number {
    return this.#spans.at(id - this.header.firstId) ?? 0;
  }
  /** When a body was received, in milliseconds since 1970, to the second. */
  receivedMs(id: number): number {
    return (this.#seconds.at(id - this.header.firstId) ?? 0) * 1000;
  }
}
