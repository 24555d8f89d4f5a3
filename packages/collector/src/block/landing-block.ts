import { readJson } from '../otlp/decode-json.ts';
import { OtlpDefect } from '../otlp/defect.ts';
import { BodyTooLarge, boundsOf, MessageMeter } from '../otlp/message-meter.ts';
import { isUndecoded } from '../otlp/model.ts';
import { rowResource } from '../rows/landing-row.ts';
import { placed } from '../rows/placed.ts';
import { BlockMonths } from './block-months.ts';
import type { Appended, BodySource } from './body-source.ts';
import { Marks } from './columns/storage.ts';
import { Intake } from './intake.ts';
import { LandingColumns } from './landing-columns.ts';
import { RequestReader } from './request-reader.ts';
import { TimeWindow } from './time-window.ts';

/** What an empty block may hold on to, in bytes; beyond, it starts small again. */
const MAX_KEPT_BYTES = 128 * 1024 * 1024;

/**
 * Rows of the landing table in columns, ready as one block for `INSERT INTO otlp_spans FORMAT Native`. It is used again and
 * again: `reset` empties it and keeps its memory, within a bound.
 */
export class LandingBlock {
  readonly #columns = new LandingColumns();
  readonly #requests = new RequestReader(this.#columns);
  readonly #marks = new Marks(this.#columns.storages);
  readonly #months = new BlockMonths();

  get rows(): number {
    return this.#columns.rows;
  }

  /** In how many months its rows begin, in UTC. */
  get months(): number {
    return this.#months.count;
  }

  /** Its size as Native, about. */
  get bytes(): number {
    return this.#columns.bytes;
  }

  /**
   * All spans of one body, or none: a malformed or too large one leaves the block as it was. Synchronous, and never throws
   * for anything that a client sent.
   */
  append(body: Uint8Array, source: BodySource): Appended {
    this.#marks.set();
    const { rows } = this;
    const appended = this.#decode(Buffer.from(body.buffer, body.byteOffset, body.byteLength), source);
    if (appended.kind !== 'appended') this.#marks.restore();
    this.#months.add(this.#columns.timestamp.values, rows, new TimeWindow(source.nowNs));
    return appended;
  }

  /** Leaves the block as it was before the last `append`. */
  takeBack(): void {
    this.#marks.restore();
    this.#months.takeBack();
  }

  /** The block's bytes as they lie in its memory, until the next `append` or `reset`. No parts where there are no rows. */
  native(): { readonly rows: number; readonly parts: readonly Uint8Array[] } {
    const { rows } = this;
    return { rows, parts: rows === 0 ? [] : this.#columns.native() };
  }

  /** Forgets all rows. */
  reset(): void {
    this.#columns.clear(this.#columns.allocatedBytes > MAX_KEPT_BYTES);
    this.#months.clear();
  }

  #decode(body: Buffer, source: BodySource): Appended {
    const intake = new Intake(this.#columns, source, body.length);
    try {
      const meter = new MessageMeter(boundsOf(source.encoding, body.length, source.maxMessages));
      if (source.encoding === 'json') appendJson(body, meter, intake);
      else this.#requests.read(body, meter, intake);
      return intake.result();
    } catch (error) {
      if (error instanceof OtlpDefect) return { kind: 'malformed', message: error.message };
      if (error instanceof BodyTooLarge) return { kind: 'too_large', message: error.message };
      throw error;
    }
  }
}

function appendJson(body: Buffer, meter: MessageMeter, intake: Intake): void {
  for (const resource of readJson(body, meter)) {
    if (resource.scopes.length === 0) continue;
    const shared = rowResource(resource.attributes, intake.source.principal.principal);
    for (const scope of resource.scopes)
      for (const span of scope.spans) {
        const place = placed(span, resource, shared, scope, intake.source);
        if ('refused' in place && !isUndecoded(span)) meter.addOddity();
        intake.place(place);
      }
  }
}
