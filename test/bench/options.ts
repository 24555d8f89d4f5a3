import { parseArgs } from 'node:util';
import { INGEST_PARTS, type IngestOptions, type IngestPart } from './ingest/ingest.ts';

export const HELP = `usage: pnpm bench gate   [--only RESULT] [--json]
       pnpm bench ingest [--only RESULT] [--json] [--spans N] [--rounds N] [--ack-seconds S] [--overload-seconds S]

  gate    a gated call beside a plain span and beside an fsync; budgets of many processes; decision to tool start
  ingest  spans a second, time to acknowledgement, memory and storage of packages/collector, beside the OpenTelemetry
          Collector and the engine's own limit; and ten times the full load. Linux only

  --only    measure one of the results; of ingest, also: overload
  --json    print the results as JSON, and what is measured meanwhile to stderr
  --spans   of each round, at least (default 1000000)
  --rounds  every system is measured so often, in turn (default 3)
  --ack-seconds       how long bodies are sent at half load (default 20)
  --overload-seconds  how long ten times the full load is offered (default 60)
`;

export type BenchOptions =
  | { readonly bench: 'help' }
  | { readonly bench: 'gate'; readonly only: string | undefined; readonly json: boolean }
  | { readonly bench: 'ingest'; readonly json: boolean; readonly ingest: IngestOptions };

const NUMBERS = {
  spans: { default: 1_000_000, least: 512 },
  rounds: { default: 3, least: 1 },
  'ack-seconds': { default: 20, least: 1 },
  'overload-seconds': { default: 60, least: 1 },
} as const;

type NumberName = keyof typeof NUMBERS;

/** @throws Error in words, for arguments that are not known */
export function optionsOf(args: readonly string[]): BenchOptions {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      spans: { type: 'string' },
      rounds: { type: 'string' },
      'ack-seconds': { type: 'string' },
      'overload-seconds': { type: 'string' },
    },
  });
  if (values.help) return { bench: 'help' };
  const [name, ...rest] = positionals;
  if ((name !== 'gate' && name !== 'ingest') || rest.length > 0)
    throw new Error(`Say what to measure: gate or ingest. Not: ${positionals.join(' ') || '(nothing)'}`);
  const { only, json } = values;
  const given = (Object.keys(NUMBERS) as NumberName[]).filter((number) => values[number] !== undefined);
  if (name === 'gate') {
    if (given.length > 0) throw new Error(`--${given[0]} belongs to ingest.`);
    return { bench: 'gate', only, json };
  }
  if (only !== undefined && !isPart(only)) throw new Error(`--only takes one of ${INGEST_PARTS.join(', ')}`);
  const number = (of: NumberName) => wholeNumber(of, values[of]);
  return {
    bench: 'ingest',
    json,
    ingest: {
      only,
      spans: number('spans'),
      rounds: number('rounds'),
      ackSeconds: number('ack-seconds'),
      overloadSeconds: number('overload-seconds'),
      otelcol: true,
    },
  };
}

const isPart = (only: string): only is IngestPart => INGEST_PARTS.some((part) => part === only);

function wholeNumber(name: NumberName, text: string | undefined): number {
  const { least, default: usual } = NUMBERS[name];
  const number = text === undefined ? usual : Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`--${name} is a whole number, at least ${least}, not ${text}`);
}
