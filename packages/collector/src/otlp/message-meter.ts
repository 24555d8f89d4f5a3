/** Thrown where a body turns out to cost more than its bounds allow, caught where its decoding begins. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** What the size of a body allows; see `boundsOf`. */
export interface BodyBounds {
  readonly messages: number;
  readonly spans: number;
  readonly oddities: number;
}

/** In JSON an object with anything in it takes more than so many bytes; `{}` is one of three. */
const MIN_OBJECT_BYTES = 8;
const ALWAYS_OBJECTS = 10_000;

/** No object of OTLP/JSON has half as many; of unknown fields, which have to be passed over, some more may be there. */
const FIELDS_PER_OBJECT = 32;
const ALWAYS_FIELDS = 10_000;

/** A span with its two ids takes so many bytes at least. */
const MIN_SPAN_BYTES = { protobuf: 30, json: 75 } as const;
/** Of a body in which more than one span of this size is defective, or one attribute of it oddly written, there is no use. */
const BYTES_PER_ODDITY = 256;
const ALWAYS = 1000;

/**
 * Bounds on what takes much time for few bytes: objects with nothing in them, spans that cannot be good ones, since they are
 * shorter than their ids, and whatever has to be read twice. No sender that means well comes near them.
 */
export function boundsOf(encoding: 'protobuf' | 'json', bytes: number, maxMessages: number): BodyBounds {
  const objects = Math.max(ALWAYS_OBJECTS, Math.floor(bytes / MIN_OBJECT_BYTES));
  return {
    messages: encoding === 'json' ? Math.min(maxMessages, objects) : maxMessages,
    spans: Math.max(ALWAYS, bytes / MIN_SPAN_BYTES[encoding]),
    oddities: Math.max(ALWAYS, bytes / BYTES_PER_ODDITY),
  };
}

/**
 * Counts the messages (in JSON: objects and arrays) of one body. An empty one is two bytes on the wire and a hundred
 * in memory, so that a bound on bytes alone would let a small body take gigabytes.
 */
export class MessageMeter {
  readonly #bounds: BodyBounds;
  #count = 0;
  #spans = 0;
  #oddities = 0;

  /** @param bounds those of a body, or on messages alone */
  constructor(bounds: BodyBounds | number) {
    const unbounded = { spans: Number.POSITIVE_INFINITY, oddities: Number.POSITIVE_INFINITY };
    this.#bounds = typeof bounds === 'number' ? { ...unbounded, messages: bounds } : bounds;
  }

  get count(): number {
    return this.#count;
  }

  add(messages = 1): void {
    this.#count += messages;
    const { messages: most } = this.#bounds;
    if (this.#count > most) throw new BodyTooLarge(`more than ${most} messages in one body`);
  }

  /** Those of the objects that were counted: a JSON parser takes longer for a field that nobody else has than for a whole object. */
  addFields(fields: number): void {
    if (fields > ALWAYS_FIELDS + this.#count * FIELDS_PER_OBJECT)
      throw new BodyTooLarge('more fields than its objects have in OTLP');
  }

  addSpans(spans = 1): void {
    this.#spans += spans;
    if (this.#spans > this.#bounds.spans) throw new BodyTooLarge('more spans than its size can hold');
  }

  /** A span that is defective or forbidden, or an attribute that is written as nobody writes it. */
  addOddity(): void {
    this.#oddities++;
    if (this.#oddities > this.#bounds.oddities) throw new BodyTooLarge('most of its spans are defective');
  }

  /** Forgets the messages that were counted since it stood at `count`: they will be read again. */
  rewind(count: number): void {
    this.#count = count;
  }
}
