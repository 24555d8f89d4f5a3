import { AssertionError } from 'node:assert';
import { openHouse } from '../../../packages/instrumentation/test/support/house.ts';
import type { Case } from '../cases/case.ts';
import type { Driver } from '../driver.ts';
import { TooBusy } from '../support/story.ts';
import { WORKFLOW } from '../support/workflow.ts';

/** One driver through one case. */
export type Cell = {
  readonly driver: string;
  readonly name: string;
  readonly ms: number;
  /** How often it was played again, because the machine was too busy. */
  readonly replays: number;
} & (
  | { readonly kind: 'holds' }
  | { readonly kind: 'not_applicable'; readonly why: string }
  /** An assertion of the case failed. */
  | { readonly kind: 'broken'; readonly why: string }
  /** The case could not be played to its end, which says nothing in the driver's favour, nor that the case can fail. */
  | { readonly kind: 'crashed'; readonly why: string }
);

/** Far beyond what any cell takes: a machine may be busy. */
const TIMEOUT_MS = 120_000;
const REPLAYS = 3;

/** Plays a case in a house of its own, so that nothing of one cell reaches another. */
export async function playCell(driver: Driver, one: Case): Promise<Cell> {
  const about = { driver: driver.name, name: one.name };
  if (one.needs === 'models' && 'none' in driver.models)
    return { ...about, ms: 0, replays: 0, kind: 'not_applicable', why: driver.models.none };
  const started = performance.now();
  let ended = await play(driver, one);
  let replays = 0;
  for (; replays < REPLAYS && ended.kind === 'too_busy'; replays++) ended = await play(driver, one);
  const cost = { ms: performance.now() - started, replays };
  if (ended.kind === 'holds') return { ...about, ...cost, kind: 'holds' };
  return { ...about, ...cost, kind: ended.kind === 'too_busy' ? 'crashed' : ended.kind, why: ended.why };
}

type Ended =
  | { readonly kind: 'holds' }
  | { readonly kind: 'broken' | 'crashed' | 'too_busy'; readonly why: string };

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
    return { kind: kindOf(error), why: wordsOf(error) };
  } finally {
    clearTimeout(timer);
    await house.close();
  }
}

function kindOf(error: unknown): 'broken' | 'crashed' | 'too_busy' {
  if (error instanceof TooBusy) return 'too_busy';
  return error instanceof AssertionError ? 'broken' : 'crashed';
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const where = /test\/adapters\/(cases\/[^)\s]+)/.exec(error.stack ?? '')?.[1] ?? '';
  const cause = error.cause === undefined ? '' : `\n  because ${wordsOf(error.cause)}`;
  return `${error.message} ${where}${cause}`.trim();
}
