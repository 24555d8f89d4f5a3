import type { MessageMeter } from '../otlp/message-meter.ts';
import { AttributeList } from './attribute-list.ts';
import type { Cursor } from './cursor.ts';
import { misplaced } from './defects.ts';
import { type LandingColumns, NO_TEXT } from './landing-columns.ts';

/** Tags of `Span.Event`, trace.proto. */
const TIME = 0x09;
const NAME = 0x12;
const ATTRIBUTE = 0x1a;

/** Reads the events of spans into their columns. */
export class EventReader {
  readonly #columns: LandingColumns;
  readonly #attributes: AttributeList;

  constructor(columns: LandingColumns) {
    this.#columns = columns;
    this.#attributes = new AttributeList(columns.eventAttributes.elements);
  }

  /** Reads the event that follows. */
  read(cursor: Cursor, meter: MessageMeter): void {
    const names = this.#columns.eventName.elements;
    const outer = cursor.enter();
    meter.add();
    this.#attributes.begin();
    let time = -1;
    let name = NO_TEXT;
    for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
      if (tag === ATTRIBUTE) this.#attributes.read(cursor, meter);
      else if (tag === TIME) time = cursor.take(8);
      else if (tag === NAME) name = names.read(cursor);
      else if (tag >>> 3 <= 3) throw misplaced(tag & 7);
      else cursor.skip(tag);
    }
    cursor.leave(outer);
    const times = this.#columns.eventTimestamp.elements.values;
    if (time < 0) times.push64(0, 0);
    else times.push64(cursor.body.view.getUint32(time, true), cursor.body.view.getUint32(time + 4, true));
    names.entries.push(name);
    this.#attributes.writeRow(cursor.body, meter);
  }

  /** The events read since the last row are this row's. */
  endRow(): void {
    this.#columns.events.push(this.#columns.eventName.elements.entries.length);
  }
}
