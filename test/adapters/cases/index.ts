import { approvals } from './approvals.ts';
import { argumentsCases } from './arguments.ts';
import type { Case } from './case.ts';
import { evidence } from './evidence.ts';
import { models } from './models.ts';
import { nesting } from './nesting.ts';
import { policy } from './policy.ts';
import { standing } from './standing.ts';

/** What a reader of the matrix sees as one block. */
export interface Chapter {
  readonly title: string;
  readonly cases: readonly Case[];
}

export const CHAPTERS: readonly Chapter[] = [
  { title: 'Policy', cases: policy },
  { title: 'Approvals', cases: approvals },
  { title: 'Arguments', cases: argumentsCases },
  { title: 'Evidence', cases: evidence },
  { title: 'Standing: suspended, silent, over, aborted', cases: standing },
  { title: 'Sub-agents and streams', cases: nesting },
  { title: 'Model calls and budgets', cases: models },
];

export const CASES: readonly Case[] = CHAPTERS.flatMap(({ cases }) => cases);
