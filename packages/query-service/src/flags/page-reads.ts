import { z } from 'zod';
import type { Control } from '../controls/control.ts';
import { COUNTED_CALLS, COUNTED_PLAIN_CALLS, NOT_PLAIN } from '../controls/counted-calls.ts';
import type { Deps } from '../deps.ts';
import { onlyWithin, type RunTimes } from '../runs/run-times.ts';
import { ONE_THREAD, rowsOf } from '../runs/select.ts';

/**
 * Conditions are asked before copies of a row are dropped, so that of the rows which fail them the long columns are not read. It
 * changes nothing: a key ends with a hash of the whole, and copies differ in their receipt alone.
 */
const EARLY_CONDITIONS = { optimize_move_to_prewhere_if_final: '1' } as const;

/**
 * Which reads go first: those of a higher number pause while one of a lower is under way, for a second at most at a time (ClickHouse's
 * `priority`). What people and agents ask has none, and waits for nobody.
 */
export const READ_PRIORITY = { prompt: 1, other: 2 } as const;

export type ReadPriority = (typeof READ_PRIORITY)[keyof typeof READ_PRIORITY];

interface PageReadOptions {
  /** Within which everything lies that is read of spans; whatever is stored, where it is not given. */
  readonly times?: RunTimes;
  readonly priority?: ReadPriority;
}

/** What evaluation reads of one page of runs (or of anything else that some queries bind): each query once, whoever asks. */
export class PageReads {
  readonly #store: Deps['store'];
  readonly #params: Readonly<Record<string, unknown>>;
  readonly #settings: Readonly<Record<string, string | number>>;
  readonly #answers = new Map<string, Promise<readonly unknown[]>>();

  constructor(
    { store }: Pick<Deps, 'store'>,
    params: Readonly<Record<string, unknown>>,
    { times, priority = READ_PRIORITY.other }: PageReadOptions = {},
  ) {
    this.#store = store;
    this.#params = params;
    this.#settings = {
      ...EARLY_CONDITIONS,
      // Some are asked at the same time, beside those who insert and those who ask.
      ...ONE_THREAD,
      priority,
      ...(times === undefined ? {} : onlyWithin(times)),
    };
  }

  /** The rows that a control judges. */
  of({ query, suspects }: Pick<Control, 'query' | 'suspects'>): Promise<readonly unknown[]> {
    if (suspects === undefined) return this.rows(query);
    const known = this.#answers.get(query) ?? this.#ofSuspects(query, suspects);
    this.#answers.set(query, known);
    return known;
  }

  rows(query: string): Promise<readonly unknown[]> {
    const known = this.#answers.get(query);
    if (known !== undefined) return known;
    const answer = query === COUNTED_CALLS ? this.#countedCalls() : this.#read(query, this.#params);
    this.#answers.set(query, answer);
    return answer;
  }

  async #ofSuspects(query: string, suspects: string): Promise<readonly unknown[]> {
    const runs = runsOf(await this.rows(suspects));
    return runs.length === 0 ? [] : this.#read(query, { ...this.#params, runs });
  }

  /** The views of counted calls are asked of the runs alone that need them. */
  async #countedCalls(): Promise<readonly unknown[]> {
    const { runs } = z.object({ runs: z.array(z.string()) }).parse(this.#params);
    const others = new Set(runsOf(await this.#read(NOT_PLAIN, { runs })));
    const plain = runs.filter((run) => !others.has(run));
    const answers = await Promise.all([
      plain.length === 0 ? [] : this.#read(COUNTED_PLAIN_CALLS, { runs: plain }),
      others.size === 0 ? [] : this.#read(COUNTED_CALLS, { runs: [...others] }),
    ]);
    return answers.flat();
  }

  #read(query: string, params: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> {
    return rowsOf({ store: this.#store }, query, { params, settings: this.#settings });
  }
}

const runOnly = z.array(z.object({ run_id: z.string() }));
const runsOf = (rows: readonly unknown[]) => runOnly.parse(rows).map(({ run_id }) => run_id);
