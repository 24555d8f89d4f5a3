import { z } from 'zod';
import { judgeChains } from '../controls/chain-verdict.ts';

const row = z.object({
  run_id: z.string(),
  writer: z.string(),
  record: z.string(),
  seq: z.coerce.bigint(),
  record_hash: z.string(),
  /** Of an agent's record: which of the spans that carry it. */
  span_hash: z.string().optional(),
});
type Row = z.output<typeof row>;

/** Judges the chains of records that come run by run, as a pack has them. */
export class RecordChains {
  readonly #problem: (problem: string) => void;
  #run_id = '';
  #writers = new Map<string, { readonly texts: string[]; last: Row }>();
  #records = 0;
  #chains = 0;
  #unproven = 0;

  constructor(problem: (problem: string) => void) {
    this.#problem = problem;
  }

  /** One row of a file of records. */
  take(said: unknown): void {
    const parsed = row.safeParse(said);
    if (parsed.success) this.#add(parsed.data);
    else this.#problem('a line of the records is no record');
  }

  #add(next: Row): void {
    const { run_id, writer, record, seq } = next;
    if (run_id !== this.#run_id) this.end();
    this.#run_id = run_id;
    this.#records += 1;
    const known = this.#writers.get(writer);
    if (known === undefined) this.#writers.set(writer, { texts: [record], last: next });
    else {
      if (!isAfter(next, known.last))
        this.#problem(
          `run ${run_id}, writer ${writer}: record ${seq} stands where the pack cannot have had it`,
        );
      known.texts.push(record);
      known.last = next;
    }
  }

  /** A file is over: the run that it ended with is whole. */
  end(): void {
    const run_id = this.#run_id;
    const writers = [...this.#writers].map(([writer, { texts }]) => ({ run_id, writer, texts }));
    for (const { writer, problems, end_proven } of judgeChains(run_id, writers)) {
      this.#chains += 1;
      if (!end_proven) this.#unproven += 1;
      for (const problem of problems) this.#problem(`run ${run_id}, writer ${writer}: ${problem}`);
    }
    this.#run_id = '';
    this.#writers = new Map();
  }

  totals() {
    return { records: this.#records, chains: this.#chains, unproven: this.#unproven };
  }
}

/**
 * Records of a chain are packed by number, and each span or record once. A chain is judged in any order, and a record that two
 * spans carry is one: so only this tells one that was doubled or moved.
 */
function isAfter(next: Row, last: Row): boolean {
  if (next.seq !== last.seq) return next.seq > last.seq;
  return numberOf(next) > numberOf(last);
}

const numberOf = ({ span_hash, record_hash }: Row): string => (span_hash ?? record_hash).padStart(64, '0');
