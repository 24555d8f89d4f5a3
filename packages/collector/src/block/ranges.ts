import type { MessageMeter } from '../otlp/message-meter.ts';
import { WireReader } from '../otlp/wire.ts';

import type { Bytes } from './bytes.ts';

/** Where messages that are to be read as one lie in a body, but for empty ones. Nearly always it is one. */
export class Ranges {
  readonly #bounds: number[] = [];

  get count(): number {
    return this.#bounds.length / 2;
  }

  clear(): void {
    if (this.#bounds.length > 0) this.#bounds.length = 0;
  }

  add(start: number, end: number): void {
    if (end > start) this.#bounds.push(start, end);
  }

  get isEmpty(): boolean {
    return this.#bounds.length === 0;
  }

  start(index: number): number {
    return this.#bounds[index * 2] ?? 0;
  }

  end(index: number): number {
    return this.#bounds[index * 2 + 1] ?? 0;
  }

  readers(body: Bytes, meter: MessageMeter): WireReader[] {
    return Array.from(
      { length: this.count },
      (_, i) => new WireReader(body.buffer, meter, this.start(i), this.end(i)),
    );
  }
}
