import type { InsertResult, LandingRows, QuarantineRow } from '../../src/index.ts';
import type { Store } from '../../src/store/insert-batch.ts';
import { landingRows } from '../../src/testing.ts';

/**
 * A ClickHouse whose landing table feeds two views, each with its own memory of tokens: an insert can end between them.
 * It outlives the collectors that write to it.
 */
export class TwoViewStore {
  readonly views: readonly [string[], string[]] = [[], []];
  readonly quarantined: QuarantineRow[] = [];
  readonly #tokens = new Set<string>();
  away = false;

  /**
   * What one process sees of it.
   * @param step called before each view is written; throws to end the insert there, and never ends once the process is gone
   */
  connect(step: (what: string) => Promise<void>): Store {
    return {
      insert: (rows, token) => this.#insert(rows, token, step),
      quarantine: async (rows, token) => {
        await step('quarantine');
        if (this.away) return AWAY;
        if (this.#isNew(token)) this.quarantined.push(...rows);
        return { kind: 'stored' };
      },
    };
  }

  async #insert(
    rows: LandingRows,
    token: string,
    step: (what: string) => Promise<void>,
  ): Promise<InsertResult> {
    try {
      for (const [index, view] of this.views.entries()) {
        await step(`insert into view ${index}`);
        if (this.away) return AWAY;
        if (this.#isNew(`${token} ${index}`)) view.push(...landingRows(rows).map(({ spanName }) => spanName));
      }
      // Stored, and nobody hears of it.
      await step('answer');
      return { kind: 'stored' };
    } catch (error) {
      return { kind: 'unavailable', message: String(error) };
    }
  }

  #isNew(token: string): boolean {
    if (this.#tokens.has(token)) return false;
    this.#tokens.add(token);
    return true;
  }
}

const AWAY: InsertResult = { kind: 'unavailable', code: 210, message: 'away' };
