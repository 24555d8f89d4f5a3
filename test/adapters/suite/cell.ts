import { AssertionError } from 'node:assert';
import { openHouse } from '../../../packages/instrumentation/test/support/house.ts';
import type { Case } from '../cases/case.ts';
import type { Driver } from '../driver.ts';
import { WORKFLOW } from '../support/workflow.ts';

/** One driver through one case. */
export type Cell = { readonly driver: string; readonly name: string; readonly ms: number } & (
  | { readonly kind: 'holds' }
  | { readonly kind: 'not_applicable'; readonly why: string }
  /** An assertion of the case failed. */
  | { readonly kind: 'broken'; readonly why: string }
  /** The case could not be played to its end, which says nothing in the driver's favour, nor that the case can fail. */
  | { readonly kind: 'crashed'; readonly why: string }
);

/** Far beyond what any cell takes: a machine may be busy. */
const TIMEOUT_MS = 120_000;

/** Plays a case in a house of its own, so that nothing of one cell reaches another. */
export async function playCell(driver: Driver, one: Case): Promise<Cell> {
  const about = { driver: driver.name, name: one.name };
  if (one.needs === 'models' && 'none' in driver.models)
    return { ...about, ms: 0, kind: 'not_applicable', why: driver.models.none };
  const started = performance.now();
  const ended = await play(driver, one);
  return { ...about, ms: performance.now() - started, ...ended };
}

type Ended = { readonly kind: 'holds' } | { readonly kind: 'broken' | 'crashed'; readonly why: string };

async function play(driver: Driver, one: Case): Promise<Ended> {
  const house = await openHouse(one.workflow ?? WORKFLOW);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  });
  try {
    await Promise.race([one.run(driver, house), timeout]);
    return { kind: 'holds' };
  } catch (error) {
    const kind = error instanceof AssertionError ? 'broken' : 'crashed';
    return { kind, why: wordsOf(error) };
  } finally {
    clearTimeout(timer);
    await house.close();
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const where = /test\/adapters\/(cases\/[^)\s]+)/.exec(error.stack ?? '')?.[1] ?? '';
  const cause = error.cause === undefined ? '' : `\n  because ${wordsOf(error.cause)}`;
  return `${error.message} ${where}${cause}`.trim();
}
