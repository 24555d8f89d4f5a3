import { TOLLGATE } from '@tollgate/contract';
import type { MessageMeter } from '../otlp/message-meter.ts';
import { readKeyValue } from '../otlp/protobuf-value.ts';
import { WireReader } from '../otlp/wire.ts';
import { asString } from '../rows/as-string.ts';
import { anyValueText, appendAnyValue } from './any-value.ts';
import { Bytes } from './bytes.ts';
import type { ByteBuffer } from './columns/byte-buffer.ts';
import type { MapColumn } from './columns/map-column.ts';
import type { WordBuffer } from './columns/word-buffer.ts';
import type { Cursor } from './cursor.ts';
import { KeyValue } from './key-value.ts';
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

/** No attribute's value starts where the body does. */
const NO_VALUE = 0;

/**
 * The attributes of one span, resource, event or link: where their values lie in the body, until all are known and they can
 * be written in order. Whatever a sender wrote as its principal is left out.
 */
export class AttributeList {
  readonly #map: MapColumn;
  readonly #shapes: Shapes;
  readonly #pair = new KeyValue();
  #keys = new Uint32Array(64);
  /** Where each `AnyValue` lies in the body, which is never at NO_VALUE; below 0, -1 - start is a position in `#texts`. */
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
    const pair = this.#pair;
    if (!pair.read(cursor)) {
      this.#readRepeated(cursor, meter);
      return;
    }
    meter.add();
    const key = this.#entryOf(cursor.body, pair.keyStart, pair.keyEnd);
    if (key !== PRINCIPAL) this.#push(key, pair.hasValue ? pair.valueStart : NO_VALUE, pair.valueEnd);
    else if (pair.hasValue) anyValueText(cursor.body, pair.valueStart, pair.valueEnd, meter);
  }

  /** One whose key or value is repeated is read through the model. */
  #readRepeated(cursor: Cursor, meter: MessageMeter): void {
    meter.addOddity();
    const start = cursor.field();
    const { key, value } = readKeyValue(new WireReader(cursor.body.buffer, meter, start, cursor.at));
    const bytes = Bytes.of(key);
    const entry = this.#entryOf(bytes, 0, bytes.buffer.length);
    if (entry !== PRINCIPAL) this.addText(entry, asString(value));
  }

  /** An attribute that nobody sent. */
  addText(key: number, text: string): void {
    this.#texts.push(text);
    this.#push(key, -this.#texts.length, 0);
  }

  /** Writes them as one row of the map. */
  writeRow(body: Bytes, meter: MessageMeter): void {
    const { keys, values } = this.#map;
    if (this.#count > 0) this.write(keys.entries, values.bytes, body, meter);
    this.#map.endRow();
  }

  /** Writes keys and values, in order. */
  write(entries: WordBuffer, values: ByteBuffer, body: Bytes, meter: MessageMeter): void {
    const order = this.#shapes.orderOf(this.#keys, this.#count);
    for (let i = 0; i < order.length; i++) {
      const position = order[i] ?? 0;
      entries.push(this.#keys[position] ?? 0);
      const start = this.#starts[position] ?? 0;
      if (start < 0) values.text(this.#texts[-1 - start] ?? '');
      else if (start === NO_VALUE) values.byte(0);
      else appendAnyValue(values, body, start, this.#ends[position] ?? 0, meter);
    }
  }

  key(position: number): number {
    return this.#keys[position] ?? 0;
  }

  /** A value as text. */
  text(position: number, body: Bytes): string {
    const start = this.#starts[position] ?? 0;
    if (start < 0) return this.#texts[-1 - start] ?? '';
    return start === NO_VALUE ? '' : anyValueText(body, start, this.#ends[position] ?? 0, UNMETERED);
  }

  /** Position of the first attribute of a key, or -1. */
  indexOf(key: number): number {
    for (let i = 0; i < this.#count; i++) if (this.#keys[i] === key) return i;
    return -1;
  }

  #entryOf(source: Bytes, start: number, end: number): number {
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
