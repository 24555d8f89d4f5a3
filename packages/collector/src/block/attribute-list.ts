import { TOLLGATE } from '@tollgate/contract';
import type { MessageMeter } from '../otlp/message-meter.ts';
import { readKeyValue } from '../otlp/protobuf-value.ts';
import { WireReader } from '../otlp/wire.ts';
import { asString } from '../rows/as-string.ts';
import { anyValueText, appendAnyValue } from './any-value.ts';
import type { ByteBuffer } from './columns/byte-buffer.ts';
import type { MapColumn } from './columns/map-column.ts';
import type { WordBuffer } from './columns/word-buffer.ts';
import type { Cursor } from './cursor.ts';
import { Shapes } from './shapes.ts';
import { UNMETERED } from './unmetered.ts';

/** Keys that mean something to the collector. They are the first entries of every dictionary of keys. */
export const KNOWN_KEYS = [
  TOLLGATE.principal,
  TOLLGATE.workflow,
  TOLLGATE.record,
  TOLLGATE.runId,
  'service.name',
];
export const PRINCIPAL = 0;
export const WORKFLOW = 1;
export const RECORD = 2;
export const RUN_ID = 3;
export const SERVICE_NAME = 4;

/** Fields of `KeyValue`, common.proto, both length-delimited. */
const KEY = 0x0a;
const VALUE = 0x12;

/**
 * The attributes of one span, resource, event or link: where their values lie in the body, until all are known and they can
 * be written in order. Whatever a sender wrote as its principal is left out.
 */
export class AttributeList {
  readonly #map: MapColumn;
  readonly #shapes: Shapes;
  #keys = new Uint32Array(64);
  /** Where each `AnyValue` lies in the body. No value starts at 0; below it, -1 - start is a position in `#texts`. */
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #texts: string[] = [];
  #count = 0;
  /** Whether any key is one of `KNOWN_KEYS`. */
  hasKnown = false;

  /** @param map the column whose keys these are */
  constructor(map: MapColumn) {
    this.#map = map;
    this.#shapes = new Shapes(map.keys.dictionary);
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#count = 0;
    this.hasKnown = false;
    if (this.#texts.length > 0) this.#texts = [];
  }

  /** Reads the `KeyValue` that follows. */
  read(cursor: Cursor, meter: MessageMeter): void {
    const outer = cursor.enter();
    const start = cursor.at;
    let keyStart = 0;
    let keyEnd = 0;
    let valueStart = 0;
    let valueEnd = 0;
    for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
      if (tag === KEY && keyStart === 0) {
        const length = cursor.length();
        keyStart = cursor.at;
        cursor.at = keyEnd = keyStart + length;
      } else if (tag === VALUE && valueStart === 0) {
        const length = cursor.length();
        valueStart = cursor.at;
        cursor.at = valueEnd = valueStart + length;
      } else {
        this.#readUnusual(cursor.bytes, start, cursor.end, meter);
        cursor.leave(outer);
        return;
      }
    }
    cursor.leave(outer);
    meter.add();
    this.#add(cursor.bytes, keyStart, keyEnd, valueStart, valueEnd, meter);
  }

  /** An attribute that nobody sent. */
  addText(key: number, text: string): void {
    this.#texts.push(text);
    this.#push(key, -this.#texts.length, 0);
  }

  /** Writes them as one row of the map. */
  writeRow(body: Buffer, meter: MessageMeter): void {
    const { keys, values } = this.#map;
    if (this.#count > 0) this.write(keys.entries, values.bytes, body, meter);
    this.#map.endRow();
  }

  /** Writes keys and values, in order. */
  write(entries: WordBuffer, values: ByteBuffer, body: Buffer, meter: MessageMeter): void {
    const order = this.#shapes.orderOf(this.#keys, this.#count);
    for (let i = 0; i < order.length; i++) {
      const position = order[i] ?? 0;
      entries.push(this.#keys[position] ?? 0);
      const start = this.#starts[position] ?? 0;
      if (start < 0) values.text(this.#texts[-1 - start] ?? '');
      else if (start === 0) values.byte(0);
      else appendAnyValue(values, body, start, this.#ends[position] ?? 0, meter);
    }
  }

  key(position: number): number {
    return this.#keys[position] ?? 0;
  }

  /** A value as text. */
  text(position: number, body: Buffer): string {
    const start = this.#starts[position] ?? 0;
    if (start < 0) return this.#texts[-1 - start] ?? '';
    return start === 0 ? '' : anyValueText(body, start, this.#ends[position] ?? 0, UNMETERED);
  }

  /** Position of the first attribute of a key, or -1. */
  indexOf(key: number): number {
    return this.#keys.subarray(0, this.#count).indexOf(key);
  }

  #add(
    body: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    meter: MessageMeter,
  ): void {
    const key = this.#entryOf(body, keyStart, keyEnd);
    if (key !== PRINCIPAL) this.#push(key, valueStart, valueEnd);
    else if (valueStart !== 0) anyValueText(body, valueStart, valueEnd, meter);
  }

  /** A repeated key or value, or a field that is not known: all of it is read through the model. */
  #readUnusual(body: Buffer, start: number, end: number, meter: MessageMeter): void {
    const { key, value } = readKeyValue(new WireReader(body, meter, start, end));
    const bytes = Buffer.from(key);
    const entry = this.#entryOf(bytes, 0, bytes.length);
    if (entry !== PRINCIPAL) this.addText(entry, asString(value));
  }

  #entryOf(source: Buffer, start: number, end: number): number {
    const previous = this.#count === 0 ? 0 : (this.#keys[this.#count - 1] ?? 0);
    return this.#map.keys.dictionary.follow(previous, source, start, end);
  }

  #push(key: number, start: number, end: number): void {
    if (key < KNOWN_KEYS.length) this.hasKnown = true;
    if (this.#count === this.#keys.length) this.#grow();
    const at = this.#count++;
    this.#keys[at] = key;
    this.#starts[at] = start;
    this.#ends[at] = end;
  }

  #grow(): void {
    const size = this.#count * 2;
    const keys = new Uint32Array(size);
    keys.set(this.#keys);
    const starts = new Int32Array(size);
    starts.set(this.#starts);
    const ends = new Int32Array(size);
    ends.set(this.#ends);
    this.#keys = keys;
    this.#starts = starts;
    this.#ends = ends;
  }
}
