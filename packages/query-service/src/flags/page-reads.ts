import type { Deps } from '../deps.ts';

/** What evaluation reads of one page of runs (or of anything else that some queries bind): each query once, whoever asks. */
export class PageReads {
  readonly #store: Deps['store'];
  readonly #params: Readonly<Record<string, unknown>>;
  readonly #answers = new Map<string, Promise<readonly unknown[]>>();

  constructor({ store }: Pick<Deps, 'store'>, params: Readonly<Record<string, unknown>>) {
    this.#store = store;
    this.#params = params;
  }

  rows(query: string): Promise<readonly unknown[]> {
    const known = this.#answers.get(query);
    if (known !== undefined) return known;
    const answer = this.#read(query);
    this.#answers.set(query, answer);
    return answer;
  }

  async #read(query: string): Promise<readonly unknown[]> {
    const answer = await this.#store.reader.query({
      query,
      query_params: { ...this.#params },
      format: 'JSONEachRow',
    });
    return answer.json<unknown>();
  }
}
