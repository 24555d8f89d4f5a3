import type { ClickHouseClient } from '@clickhouse/client';
import { type Figures, figures } from '../../figures.ts';
import type { Ground, Question, Read } from '../reads/read.ts';
import { get } from './get.ts';
import { type RowsRead, rowsRead } from './rows-read.ts';

/** Of one side: milliseconds, and what the engine read for it. */
export interface Side extends RowsRead {
  readonly ms: Figures;
}

export interface MeasuredRead {
  readonly ours: Side;
  /** Undefined where the default table has no such answer. */
  readonly theirs: Side | undefined;
}

/** What is asked before anything counts, and what rows are counted over; fewer of a side whose answers take seconds. */
const WARM_UP = 10;
const FEWEST = 3;
/** A side that is slower than this altogether is asked fewer times, at equal distances. */
const BUDGET_MS = 30_000;

/** Asks each question of the service and, where there is one, of the default table, in turn, so that noise hits both. */
export async function measureRead(
  read: Read,
  ground: Ground,
  client: ClickHouseClient,
  reads: number,
): Promise<MeasuredRead> {
  const questions = await read.questions(ground, reads);
  const { url, token } = ground.service;
  const ours = sideOf((question) => get(`${url}${question.path}`, token));
  const theirs = sideOf(({ theirs: asked }) =>
    asked === undefined ? Promise.resolve() : askClickHouse(client, asked),
  );
  const isCompared = questions.some((question) => question.theirs !== undefined);
  const few = questions.slice(0, WARM_UP);
  const read_by = {
    ours: await rowsRead(
      ground.store,
      few.map((question) => () => ours.warm(question)),
    ),
    theirs: isCompared
      ? await rowsRead(
          ground.store,
          few.map((question) => () => theirs.warm(question)),
        )
      : undefined,
  };
  for (const [number, question] of questions.entries()) {
    if (ours.isDue(number, reads)) await ours.time(question);
    if (isCompared && theirs.isDue(number, reads)) await theirs.time(question);
  }
  return {
    ours: { ms: figures(ours.times), ...read_by.ours },
    theirs: read_by.theirs === undefined ? undefined : { ms: figures(theirs.times), ...read_by.theirs },
  };
}

async function askClickHouse(
  client: ClickHouseClient,
  { query, params }: NonNullable<Question['theirs']>,
): Promise<unknown> {
  const answer = await client.query({ query, query_params: { ...params }, format: 'JSONEachRow' });
  return answer.text();
}

function sideOf(ask: (question: Question) => Promise<unknown>) {
  const times: number[] = [];
  let slowest = 0;
  const timed = async (question: Question) => {
    const start = performance.now();
    await ask(question);
    return performance.now() - start;
  };
  return {
    times,
    /** Asks it before anything counts, unless one was so slow that the others would take long. @returns whether it was asked */
    warm: async (question: Question): Promise<boolean> => {
      if (slowest > BUDGET_MS / WARM_UP) return false;
      slowest = Math.max(slowest, await timed(question));
      return true;
    },
    time: async (question: Question) => {
      times.push(await timed(question));
    },
    /** Whether the question with this number is to be asked of this side. */
    isDue: (number: number, reads: number): boolean => {
      const affordable = Math.max(FEWEST, Math.floor(BUDGET_MS / Math.max(1, slowest)));
      return affordable >= reads || number % Math.floor(reads / affordable) === 0;
    },
  };
}
