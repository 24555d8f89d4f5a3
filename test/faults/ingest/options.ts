import { parseArgs } from 'node:util';

export const INGEST_HELP = `pnpm faults ingest [--minutes N | --quick] [--seed S] [--json]

Kills, stalls and cuts off two collectors and their ClickHouse at random moments, while clients send, repeat and re-batch
spans; damages what a dead collector had not synced; and compares what is stored with what was sent and acknowledged.

  --minutes N  how long (default 5); recovery and counting come on top
  --quick      50 seconds
  --seed S     the same spans, habits and strikes again; moments still differ (default: drawn by lot, and printed)
  --json       the report as JSON
`;

const QUICK_SECONDS = 50;

export interface IngestOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly json: boolean;
}

/** @throws Error in words, for arguments that are not known */
export function ingestOptionsOf(args: readonly string[]): IngestOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
    },
  });
  if (values.help === true) return 'help';
  if (positionals.length !== 1 || positionals[0] !== 'ingest')
    throw new Error(`One thing at a time: ${positionals.join(' ')}`);
  const { minutes, quick = false, json = false } = values;
  if (quick && minutes !== undefined) throw new Error('Either --quick or --minutes.');
  const seconds = quick ? QUICK_SECONDS : 60 * number('minutes', minutes ?? '5', 0.1, 1440);
  const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
  if (!/^\d{1,10}$/.test(seed) || Number(seed) >= 2 ** 32)
    throw new Error(`--seed is a whole number up to ${2 ** 32 - 1}, not ${seed}`);
  return { seed: Number(seed), seconds, json };
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`--${name} is a number from ${least} to ${most}, not ${text}`);
}
