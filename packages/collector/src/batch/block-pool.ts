import { LandingBlock } from '../block/landing-block.ts';

/** Blocks that are used again, since their memory is what costs. */
export class BlockPool {
  readonly #keep: number;
  readonly #free: LandingBlock[] = [];

  /** @param keep how many are kept while nobody uses them */
  constructor(keep: number) {
    this.#keep = keep;
  }

  take(): LandingBlock {
    return this.#free.pop() ?? new LandingBlock();
  }

  give(block: LandingBlock): void {
    block.reset();
    if (this.#free.length < this.#keep) this.#free.push(block);
  }
}
