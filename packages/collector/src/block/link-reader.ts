import type { MessageMeter } from '../otlp/message-meter.ts';
import { AttributeList } from './attribute-list.ts';
import type { Cursor } from './cursor.ts';
import { misplaced } from './defects.ts';
import { appendId } from './ids.ts';
import type { LandingColumns } from './landing-columns.ts';

/** Tags of `Span.Link`, trace.proto. */
const TRACE_ID = 0x0a;
const SPAN_ID = 0x12;
const TRACE_STATE = 0x1a;
const ATTRIBUTE = 0x22;

/** Reads the links of spans into their columns. */
export class LinkReader {
  readonly #columns: LandingColumns;
  readonly #attributes: AttributeList;

  constructor(columns: LandingColumns) {
    this.#columns = columns;
    this.#attributes = new AttributeList(columns.linkAttributes.elements);
  }

  /** Reads the link that follows. */
  read(cursor: Cursor, meter: MessageMeter): void {
    const { linkTraceId, linkSpanId, linkTraceState } = this.#columns;
    const outer = cursor.enter();
    meter.add();
    this.#attributes.begin();
    let [traceId, traceIdEnd, spanId, spanIdEnd, state, stateEnd] = [0, 0, 0, 0, 0, 0];
    for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
      if (tag === ATTRIBUTE) this.#attributes.read(cursor, meter);
      else if (tag === TRACE_ID) [traceId, traceIdEnd] = [cursor.field(), cursor.at];
      else if (tag === SPAN_ID) [spanId, spanIdEnd] = [cursor.field(), cursor.at];
      else if (tag === TRACE_STATE) [state, stateEnd] = [cursor.text(), cursor.at];
      else if (tag >>> 3 <= 4) throw misplaced(tag & 7);
      else cursor.skip(tag);
    }
    cursor.leave(outer);
    appendId(linkTraceId.elements.bytes, cursor.body, traceId, traceIdEnd, 16);
    appendId(linkSpanId.elements.bytes, cursor.body, spanId, spanIdEnd, 8);
    linkTraceState.elements.bytes.sized(cursor.body, state, stateEnd);
    this.#attributes.writeRow(cursor.body, meter);
  }

  /** The links read since the last row are this row's. */
  endRow(): void {
    this.#columns.links.push(this.#columns.linkAttributes.elements.offsets.rows);
  }
}
