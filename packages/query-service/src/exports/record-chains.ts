import { z } from 'zod';
import { judgeChains } from '../controls/chain-verdict.ts';

const row = z.object({ run_id: z.string(), writer: z.string(), record: z.string() });

/** Judges the chains of records that come run by run, as a pack has them. */
export class RecordChains {
  readonly #problem: (problem: string) => void;
  #run_id = '';
  #writers = new Map<string, string[]>();
  #records = 0;
  #chains = 0;
  #unproven = 0;

  constructor(problem: (problem: string) => void) {
    this.#problem = problem;
  }

  /** One line of a file of records. */
  take(line: string): void {
    const parsed = row.safeParse(parseJson(line));
    if (parsed.success) this.#add(parsed.data);
    else this.#problem('a line of the records is no record');
  }

  #add({ run_id, writer, record }: z.output<typeof row>): void {
    if (run_id !== this.#run_id) this.end();
    this.#run_id = run_id;
    this.#records += 1;
    const texts = this.#writers.get(writer);
    if (texts === undefined) this.#writers.set(writer, [record]);
    else texts.push(record);
  }

  /** A file is over: the run that it ended with is whole. */
  end(): void {
    const run_id = this.#run_id;
    const writers = [...this.#writers].map(([writer, texts]) => ({ run_id, writer, texts }));
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

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
