import { parseArgs } from 'node:util';
import type { FlagsOptions } from './flags/flags.ts';
import { INGEST_PARTS, type IngestOptions, type IngestPart } from './ingest/ingest.ts';

export const HELP = `usage: pnpm bench gate   [--only RESULT] [--json]
       pnpm bench ingest [--only RESULT] [--json] [--spans N] [--rounds N] [--ack-seconds S] [--overload-seconds S]
       pnpm bench flags  [--json] [--spans-per-second N] [--seconds S] [--run-seconds S]

  gate    a gated call beside a plain span and beside an fsync; budgets of many processes; decision to tool start
  ingest  spans a second, time to acknowledgement, memory and storage of packages/collector, beside the OpenTelemetry
          Collector and the engine's own limit; and ten times the full load. Linux only
  flags   from the acknowledgement of a span that breaks a rule until its flag is in the API's answer, under load

  --only    measure one of the results; of ingest, also: overload
  --json    print the results as JSON, and what is measured meanwhile to stderr
  --spans   of each round, at least (default 1000000)
  --rounds  every system is measured so often, in turn (default 3)
  --ack-seconds       how long bodies are sent at half load (default 20)
  --overload-seconds  how long ten times the full load is offered (default 60)
  --spans-per-second  sent while flags are waited for (default 5000)
  --seconds           how long (default 60)
  --run-seconds       over which the spans of one run are spread (default 1)
`;

export type BenchOptions =
  | { readonly bench: 'help' }
  | { readonly bench: 'gate'; readonly only: string | undefined; readonly json: boolean }
  | { readonly bench: 'ingest'; readonly json: boolean; readonly ingest: IngestOptions }
  | { readonly bench: 'flags'; readonly json: boolean; readonly flags: FlagsOptions };

const NUMBERS = {
  spans: { default: 1_000_000, least: 512 },
  rounds: { default: 3, least: 1 },
  'ack-seconds': { default: 20, least: 1 },
  'overload-seconds': { default: 60, least: 1 },
  'spans-per-second': { default: 5_000, least: 26 },
  seconds: { default: 60, least: 1 },
  'run-seconds': { default: 1, least: 1 },
} as const;

type NumberName = keyof typeof NUMBERS;

const OF: Readonly<Record<'gate' | 'ingest' | 'flags', readonly NumberName[]>> = {
  gate: [],
  ingest: ['spans', 'rounds', 'ack-seconds', 'overload-seconds'],
  flags: ['spans-per-second', 'seconds', 'run-seconds'],
};

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
      'spans-per-second': { type: 'string' },
      seconds: { type: 'string' },
      'run-seconds': { type: 'string' },
    },
  });
  if (values.help) return { bench: 'help' };
  const [name, ...rest] = positionals;
  if ((name !== 'gate' && name !== 'ingest' && name !== 'flags') || rest.length > 0)
    throw new Error(
      `Say what to measure: gate, ingest or flags. Not: ${positionals.join(' ') || '(nothing)'}`,
    );
  const { only, json } = values;
  const given = (Object.keys(NUMBERS) as NumberName[]).filter((number) => values[number] !== undefined);
  const foreign = given.find((number) => !OF[name].includes(number));
  if (foreign !== undefined) throw new Error(`--${foreign} does not belong to ${name}.`);
  const number = (of: NumberName) => wholeNumber(of, values[of]);
  if (name === 'gate') return { bench: 'gate', only, json };
  if (name === 'flags') {
    if (only !== undefined) throw new Error('--only does not belong to flags.');
    const flags = {
      ...{ spansPerSecond: number('spans-per-second'), seconds: number('seconds') },
      runSeconds: number('run-seconds'),
    };
    return { bench: 'flags', json, flags };
  }
  if (only !== undefined && !isPart(only)) throw new Error(`--only takes one of ${INGEST_PARTS.join(', ')}`);
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
