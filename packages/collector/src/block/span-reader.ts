import type { MessageMeter } from '../otlp/message-meter.ts';
import type { RowDefect } from '../rows/row-defect.ts';
import { isRunId } from '../rows/row-defect.ts';
import { AttributeList, RUN_ID } from './attribute-list.ts';
import type { Bytes } from './bytes.ts';
import type { Cursor } from './cursor.ts';
import { misplaced } from './defects.ts';
import { EventReader } from './event-reader.ts';
import { appendId, isZero } from './ids.ts';
import { type LandingColumns, NO_TEXT, SPAN_KINDS, STATUS_CODES } from './landing-columns.ts';
import { LinkReader } from './link-reader.ts';
import { isLonger, LONGEST_DURATION, type TimeWindow } from './time-window.ts';

/** Tags of `Span`, trace.proto. */
const TRACE_ID = 0x0a;
const SPAN_ID = 0x12;
const TRACE_STATE = 0x1a;
const PARENT_SPAN_ID = 0x22;
const NAME = 0x2a;
const KIND = 0x30;
const START = 0x39;
const END = 0x41;
const ATTRIBUTE = 0x4a;
const EVENT = 0x5a;
const LINK = 0x6a;
const STATUS = 0x7a;
/** Field numbers that are read, as bits: another wire type under one of them is a defect. */
const KNOWN_FIELDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15].reduce((bits, field) => bits | (1 << field), 0);
/** Tags of `Status`. */
const STATUS_MESSAGE = 0x12;
const STATUS_CODE = 0x18;

/**
 * Reads one span at a time: `read` into fields of its own and into the columns of attributes, events and links, which can be
 * taken back; then `append` adds a row, and cannot fail.
 */
export class SpanReader {
  readonly #columns: LandingColumns;
  readonly #events: EventReader;
  readonly #links: LinkReader;
  readonly attributes: AttributeList;
  // Where things lie in the body, each from its start to its end.
  #traceId = 0;
  #traceIdEnd = 0;
  #spanId = 0;
  #spanIdEnd = 0;
  #parent = 0;
  #parentEnd = 0;
  #state = 0;
  #stateEnd = 0;
  #message = 0;
  #messageEnd = 0;
  // Words of times, and what columns have as entries of their dictionaries.
  #startLow = 0;
  #startHigh = 0;
  #endLow = 0;
  #endHigh = 0;
  #name = 0;
  #kind = 0;
  #code = 0;

  constructor(columns: LandingColumns) {
    this.#columns = columns;
    this.attributes = new AttributeList(columns.spanAttributes);
    this.#events = new EventReader(columns);
    this.#links = new LinkReader(columns);
  }

  /** Reads the span that the cursor has entered. Throws where it is defective. */
  read(cursor: Cursor, meter: MessageMeter): void {
    this.#begin();
    for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
      if (tag === ATTRIBUTE) this.attributes.read(cursor, meter);
      else this.#field(tag, cursor, meter);
    }
    this.attributes.writeRow(cursor.body, meter);
    this.#events.endRow();
    this.#links.endRow();
  }

  #begin(): void {
    this.attributes.begin();
    this.#traceId = this.#traceIdEnd = this.#spanId = this.#spanIdEnd = this.#parent = this.#parentEnd = 0;
    this.#state = this.#stateEnd = this.#message = this.#messageEnd = 0;
    this.#startLow = this.#startHigh = this.#endLow = this.#endHigh = 0;
    this.#name = NO_TEXT;
    this.#kind = this.#code = 0;
  }

  #field(tag: number, cursor: Cursor, meter: MessageMeter): void {
    switch (tag) {
      case TRACE_ID:
        this.#traceId = cursor.field();
        this.#traceIdEnd = cursor.at;
        break;
      case SPAN_ID:
        this.#spanId = cursor.field();
        this.#spanIdEnd = cursor.at;
        break;
      case PARENT_SPAN_ID:
        this.#parent = cursor.field();
        this.#parentEnd = cursor.at;
        break;
      case TRACE_STATE:
        this.#state = cursor.text();
        this.#stateEnd = cursor.at;
        break;
      case NAME:
        this.#name = this.#columns.spanName.read(cursor);
        break;
      case KIND:
        this.#kind = cursor.enum();
        break;
      case START:
        this.#startLow = cursor.word();
        this.#startHigh = cursor.word();
        break;
      case END:
        this.#endLow = cursor.word();
        this.#endHigh = cursor.word();
        break;
      case EVENT:
        this.#events.read(cursor, meter);
        break;
      case LINK:
        this.#links.read(cursor, meter);
        break;
      case STATUS:
        this.#status(cursor, meter);
        break;
      default:
        if (tag < 128 && (KNOWN_FIELDS >> (tag >>> 3)) & 1) throw misplaced(tag & 7);
        cursor.skip(tag);
    }
  }

  #status(cursor: Cursor, meter: MessageMeter): void {
    const outer = cursor.enter();
    meter.add();
    for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
      if (tag === STATUS_CODE) this.#code = cursor.enum();
      else if (tag === STATUS_MESSAGE) {
        this.#message = cursor.text();
        this.#messageEnd = cursor.at;
      } else if (tag >>> 3 === 2 || tag >>> 3 === 3) throw misplaced(tag & 7);
      else cursor.skip(tag);
    }
    cursor.leave(outer);
  }

  /** Adds the span that was read as a row, but for what it shares with others. */
  append(body: Bytes): void {
    const columns = this.#columns;
    columns.timestamp.values.push64(this.#startLow, this.#startHigh);
    columns.duration.values.push64(this.#endLow - this.#startLow, this.#durationHigh());
    appendId(columns.traceId.bytes, body, this.#traceId, this.#traceIdEnd, 16);
    appendId(columns.spanId.bytes, body, this.#spanId, this.#spanIdEnd, 8);
    appendId(columns.parentSpanId.bytes, body, this.#parent, this.#parentEnd, 8);
    columns.traceState.bytes.sized(body, this.#state, this.#stateEnd);
    columns.spanName.entries.push(this.#name);
    columns.spanKind.entries.push(within(this.#kind, SPAN_KINDS));
    columns.statusCode.entries.push(within(this.#code, STATUS_CODES));
    columns.statusMessage.bytes.sized(body, this.#message, this.#messageEnd);
  }

  /** As `rowDefect` says of the row. */
  defect(body: Bytes, window: TimeWindow): RowDefect | undefined {
    if (!isId(body, this.#traceId, this.#traceIdEnd, 16)) return 'bad_trace_id';
    if (!isId(body, this.#spanId, this.#spanIdEnd, 8)) return 'bad_span_id';
    if (this.#parentEnd !== this.#parent && this.#parentEnd - this.#parent !== 8) return 'bad_parent_span_id';
    if (window.isTooEarly(this.#startLow, this.#startHigh)) return 'time_too_early';
    if (window.isInTheFuture(this.#startLow, this.#startHigh)) return 'time_in_the_future';
    if (isLonger((this.#endLow - this.#startLow) >>> 0, this.#durationHigh() >>> 0, LONGEST_DURATION))
      return 'bad_duration';
    if (!this.attributes.hasKnown) return undefined;
    const runId = this.attributes.indexOf(RUN_ID);
    return runId < 0 || isRunId(this.attributes.text(runId, body)) ? undefined : 'bad_run_id';
  }

  #durationHigh(): number {
    return this.#endHigh - this.#startHigh - (this.#endLow < this.#startLow ? 1 : 0);
  }
}

/** The entry of a number among names; the last of them is for all others. */
const within = (value: number, names: readonly string[]): number =>
  value >= 0 && value < names.length - 1 ? value : names.length - 1;

const isId = (body: Bytes, start: number, end: number, size: number): boolean =>
  end - start === size && !isZero(body, start, end);
