import { parseArgs } from 'node:util';
import { PLACES } from './plan/steps.ts';

export const HELP = `pnpm faults gate [--quick] [--rounds N] [--seed S] [--only STEP] [--json]

Kills agent and service at every numbered step of approval and dispatch, and between, starts them again, goes on with the
run until it is sealed, and counts what happened from facts.

  --rounds N   how often each step is killed at, for each of agent, service and both (default 2)
  --quick      each step once, its victim drawn by lot
  --seed S     plans the same trials again (a whole number; default: drawn by lot, and printed)
  --only STEP  only this step, e.g. grant.consumed or grant.consume.committed
  --json       the report as JSON

There is also: pnpm faults ingest --help

Steps: ${[...new Set(PLACES.map(({ step }) => step))].join(', ')}
`;

export interface Options {
  readonly seed: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly only: string | undefined;
  readonly json: boolean;
}

/** @throws Error in words, for arguments that are not known */
export function optionsOf(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      rounds: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
    },
  });
  if (values.help === true) return 'help';
  if (positionals.length !== 1 || positionals[0] !== 'gate')
    throw new Error(`Say what to break: gate or ingest. Not: ${positionals.join(' ') || '(nothing)'}`);
  const { only, quick = false, json = false } = values;
  if (only !== undefined && !PLACES.some(({ step }) => step === only))
    throw new Error(`There is no step ${only}. See --help.`);
  if (quick && values.rounds !== undefined) throw new Error('Either --quick or --rounds.');
  const rounds = wholeNumber('rounds', values.rounds ?? (quick ? '1' : '2'), 1, 1000);
  const seed = wholeNumber(
    'seed',
    values.seed ?? String(Math.floor(Math.random() * 2 ** 31)),
    0,
    2 ** 32 - 1,
  );
  return { seed, rounds, quick, only, json };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Error(`--${name} is a whole number from ${least} to ${most}, not ${text}`);
}
