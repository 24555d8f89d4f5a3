import { INSTRUMENTATION_LIBRARY_SPANS, spanOf } from '../otlp/decode-protobuf.ts';
import type { MessageMeter } from '../otlp/message-meter.ts';
import { WireReader } from '../otlp/wire.ts';
import { placed } from '../rows/placed.ts';
import { Marks } from './columns/storage.ts';
import { Cursor } from './cursor.ts';
import type { Intake } from './intake.ts';
import type { LandingColumns } from './landing-columns.ts';
import { isRefusal } from './refusal.ts';
import { ResourceReader } from './resource-reader.ts';
import { ScopeReader } from './scope-reader.ts';
import { Shared } from './shared.ts';
import { SpanReader } from './span-reader.ts';
import { TimeWindow } from './time-window.ts';

/** Field numbers of trace.proto and trace_service.proto. */
const RESOURCE_SPANS = 1;
const RESOURCE = 1;
const SCOPE_SPANS = 2;
const SCOPE = 1;
const SPAN = 2;

/**
 * Reads an `ExportTraceServiceRequest` into the landing columns. A broken frame (request, resource spans, scope spans) is thrown,
 * since nothing after it can be trusted; a defect inside one span stays that span's own.
 *
 * Whatever is out of the ordinary about a span, a defect or a claim that its sender may not make, is left to the model, which
 * says what exactly becomes of it.
 */
export class RequestReader {
  readonly #cursor = new Cursor();
  readonly #shared: Shared;
  readonly #resource: ResourceReader;
  readonly #scope: ScopeReader;
  readonly #span: SpanReader;
  readonly #marks: Marks;

  constructor(columns: LandingColumns) {
    this.#shared = new Shared(columns);
    this.#resource = new ResourceReader(columns, this.#shared);
    this.#scope = new ScopeReader(this.#shared);
    this.#span = new SpanReader(columns);
    this.#marks = new Marks(columns.unfinished);
  }

  read(body: Buffer, meter: MessageMeter, intake: Intake): void {
    const cursor = this.#cursor;
    const window = new TimeWindow(intake.source.nowNs);
    cursor.open(body);
    meter.add();
    this.#shared.drop();
    this.#resource.begin(intake.source.principal);
    this.#scope.begin();
    try {
      for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
        if (tag >>> 3 !== RESOURCE_SPANS) cursor.skip(tag);
        else {
          const outer = cursor.enterField(tag);
          meter.add();
          this.#resourceSpans(meter, intake, window);
          cursor.leave(outer);
        }
      }
      this.#shared.write();
    } finally {
      cursor.close();
    }
  }

  /** Twice over its fields: a resource may come after the spans that need it. */
  #resourceSpans(meter: MessageMeter, intake: Intake, window: TimeWindow): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    let frames = 0;
    let oldFrames = 0;
    this.#resource.clear();
    for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
      const field = tag >>> 3;
      if (field !== RESOURCE && field !== SCOPE_SPANS && field !== INSTRUMENTATION_LIBRARY_SPANS)
        cursor.skip(tag);
      else {
        const outer = cursor.enterField(tag);
        meter.add();
        if (field === RESOURCE) this.#resource.found(cursor.at, cursor.end);
        else if (field === SCOPE_SPANS) frames++;
        else oldFrames++;
        cursor.leave(outer);
      }
    }
    if (frames === 0 && oldFrames === 0 && this.#resource.isEmpty) return;
    this.#resource.read(cursor, meter);
    cursor.at = start;
    const frame = frames > 0 ? SCOPE_SPANS : INSTRUMENTATION_LIBRARY_SPANS;
    for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
      if (tag >>> 3 !== frame) cursor.skip(tag);
      else {
        const outer = cursor.enter();
        this.#scopeSpans(meter, intake, window);
        cursor.leave(outer);
      }
    }
  }

  #scopeSpans(meter: MessageMeter, intake: Intake, window: TimeWindow): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    this.#scope.clear();
    for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
      const field = tag >>> 3;
      if (field !== SCOPE && field !== SPAN) cursor.skip(tag);
      else {
        const outer = cursor.enterField(tag);
        meter.add();
        if (field === SCOPE) this.#scope.found(cursor.at, cursor.end);
        else meter.addSpans();
        cursor.leave(outer);
      }
    }
    this.#scope.read(cursor);
    cursor.at = start;
    for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
      if (tag >>> 3 !== SPAN) cursor.skip(tag);
      else {
        const outer = cursor.enter();
        this.#spanFrame(meter, intake, window);
        cursor.leave(outer);
      }
    }
  }

  #spanFrame(meter: MessageMeter, intake: Intake, window: TimeWindow): void {
    const cursor = this.#cursor;
    const { at: start, end } = cursor;
    const before = meter.count;
    if (this.#isPlain(meter)) {
      this.#span.append(cursor.body);
      this.#shared.addRow();
      intake.added(this.#span.defect(cursor.body, window), this.#shared.bytes);
      return;
    }
    cursor.end = end;
    // The model counts the span itself once more.
    meter.rewind(before - 1);
    this.#byModel(new WireReader(cursor.body.buffer, meter, start, end), meter, intake);
  }

  /** Whether the span has been read and may be stored; otherwise nothing of it is left in the columns. */
  #isPlain(meter: MessageMeter): boolean {
    if (this.#resource.defect || this.#resource.isForbidden || this.#scope.defect) return false;
    this.#marks.set();
    try {
      this.#span.read(this.#cursor, meter);
      if (this.#resource.allows(this.#span.attributes, this.#cursor.body)) return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    this.#marks.restore();
    return false;
  }

  #byModel(frame: WireReader, meter: MessageMeter, intake: Intake): void {
    const inherited = this.#resource.defect ?? this.#scope.defect;
    if (inherited) {
      const { reason: defect, message } = inherited;
      intake.undecoded({ defect, message, raw: frame.whole() });
    } else {
      const { attributes, row } = this.#resource.model(this.#cursor.body);
      const scope = this.#scope.model(this.#cursor.body);
      meter.addOddity();
      this.#shared.write();
      intake.place(placed(spanOf(frame), { attributes }, row, scope, intake.source));
    }
  }
}
