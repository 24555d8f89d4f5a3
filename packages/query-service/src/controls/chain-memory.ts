import {
  type ChainFinding,
  type ChainState,
  type ParsedRecord,
  parseRecord,
  startChain,
  verifyChain,
} from '@tollgate/contract';

/** One writer's chain, verified: its records in the order of their numbers, what is wrong, and where it ends. */
export interface VerifiedChain {
  readonly texts: readonly string[];
  /** The record in each text, or why there is none. */
  readonly parsed: readonly ParsedRecord[];
  readonly findings: readonly ChainFinding[];
  readonly end: ChainState;
}

/** Shorter chains are verified anew each time. */
const WORTH_KEEPING = 32;

/**
 * Verifies chains again that have only grown since, without reading all of them again: a run with thousands of records is
 * judged each time that something of it arrives. The answer is the same as without a memory, which is bounded.
 */
export class ChainMemory {
  readonly #chains = new Map<string, VerifiedChain>();
  readonly #mostCharacters: number;
  #characters = 0;

  constructor(mostCharacters = 16_000_000) {
    this.#mostCharacters = mostCharacters;
  }

  /** @param texts the stored records, in any order; a text that is there twice is one record */
  verify(run_id: string, writer: string, texts: readonly string[]): VerifiedChain {
    const key = `${run_id}:${writer}`;
    const known = this.#chains.get(key);
    const ordered = inOrder(texts, known);
    const first = ordered.find(({ parsed }) => typeof parsed !== 'string')?.parsed;
    const start = startChain(run_id, writer, typeof first === 'object' ? first.policy_version : '');
    const verified = verifyFrom(start, ordered, known);
    this.#keep(key, verified);
    return verified;
  }

  #keep(key: string, chain: VerifiedChain): void {
    const before = this.#chains.get(key);
    if (before !== undefined) {
      this.#chains.delete(key);
      this.#characters -= sizeOf(before);
    }
    if (chain.texts.length < WORTH_KEEPING) return;
    this.#chains.set(key, chain);
    this.#characters += sizeOf(chain);
    for (const [oldest, kept] of this.#chains) {
      if (this.#characters <= this.#mostCharacters) return;
      this.#chains.delete(oldest);
      this.#characters -= sizeOf(kept);
    }
  }
}

interface Parsed {
  readonly text: string;
  readonly parsed: ParsedRecord;
}

const sizeOf = ({ texts }: VerifiedChain): number => texts.reduce((sum, text) => sum + text.length, 0);

function inOrder(texts: readonly string[], known: VerifiedChain | undefined): Parsed[] {
  const parsedBefore = new Map(known?.texts.map((text, index) => [text, known.parsed[index]]));
  const seqOf = ({ parsed }: Parsed) => (typeof parsed === 'string' ? Number.MAX_SAFE_INTEGER : parsed.seq);
  return [...new Set(texts)]
    .map((text) => ({ text, parsed: parsedBefore.get(text) ?? parseRecord(text) }))
    .sort((a, b) => seqOf(a) - seqOf(b) || (a.text < b.text ? -1 : 1));
}

function verifyFrom(
  start: ChainState,
  ordered: readonly Parsed[],
  known: VerifiedChain | undefined,
): VerifiedChain {
  const texts = ordered.map(({ text }) => text);
  const parsed = ordered.map((record) => record.parsed);
  // Only what begins with exactly what was verified is taken up where that ended.
  const grown = known?.texts.length !== 0 && known?.texts.every((text, index) => texts[index] === text);
  if (known === undefined || grown !== true) return { texts, parsed, ...verifyChain(start, texts, parsed) };
  const from = known.texts.length;
  const more = verifyChain(known.end, texts.slice(from), parsed.slice(from));
  const findings = [...known.findings, ...more.findings.map((one) => ({ ...one, index: one.index + from }))];
  return { texts, parsed, findings, end: more.end };
}
