import { parseArgs } from 'node:util';
import type { FlagsOptions } from './flags/flags.ts';
import { INGEST_PARTS, type IngestOptions, type IngestPart } from './ingest/ingest.ts';
import { QUERY_READS, type QueryOptions } from './query/query.ts';

export const HELP = `usage: pnpm bench gate   [--only RESULT] [--json]
       pnpm bench ingest [--only RESULT] [--json] [--spans N] [--rounds N] [--ack-seconds S] [--overload-seconds S]
       pnpm bench flags  [--json] [--spans-per-second N] [--seconds S] [--run-seconds S]
       pnpm bench query  [--only READ] [--json] [--spans N] [--reads N] [--data DIRECTORY]

  gate    a gated call beside a plain span and beside an fsync; budgets of many processes; decision to tool start
  ingest  spans a second, time to acknowledgement, memory and storage of packages/collector, beside the OpenTelemetry
          Collector and the engine's own limit; and ten times the full load. Linux only
  flags   from the acknowledgement of a span that breaks a rule until its flag is in the API's answer, under load
  query   evidence, flags, costs, runs and coverage as the API reads them over generated spans of ninety days, beside
          the same questions to the exporter's default table

  --only    measure one of the results; of ingest, also: overload; of query: evidence, flags, costs, runs or coverage
  --json    print the results as JSON, and what is measured meanwhile to stderr
  --spans   of each round, at least; of query, in the store (default 1000000)
  --rounds  every system is measured so often, in turn (default 3)
  --ack-seconds       how long bodies are sent at half load (default 20)
  --overload-seconds  how long ten times the full load is offered (default 60)
  --spans-per-second  sent while flags are waited for (default 5000)
  --seconds           how long (default 60)
  --run-seconds       over which the spans of one run are spread (default 1)
  --reads   so many questions of each kind (default 200)
  --data    generate the store there and keep it; what lies there already is measured as it is
`;

export type BenchOptions =
  | { readonly bench: 'help' }
  | { readonly bench: 'gate'; readonly only: string | undefined; readonly json: boolean }
  | { readonly bench: 'ingest'; readonly json: boolean; readonly ingest: IngestOptions }
  | { readonly bench: 'flags'; readonly json: boolean; readonly flags: FlagsOptions }
  | { readonly bench: 'query'; readonly json: boolean; readonly query: QueryOptions };

const NUMBERS = {
  spans: { default: 1_000_000, least: 512, of: ['ingest', 'query'] },
  rounds: { default: 3, least: 1, of: ['ingest'] },
  'ack-seconds': { default: 20, least: 1, of: ['ingest'] },
  'overload-seconds': { default: 60, least: 1, of: ['ingest'] },
  'spans-per-second': { default: 5_000, least: 26, of: ['flags'] },
  seconds: { default: 60, least: 1, of: ['flags'] },
  'run-seconds': { default: 1, least: 1, of: ['flags'] },
  reads: { default: 200, least: 1, of: ['query'] },
} as const;
const BENCHES = ['gate', 'ingest', 'flags', 'query'] as const;
type Bench = (typeof BENCHES)[number];

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
      'spans-per-second': { type: 'string' },
      seconds: { type: 'string' },
      'run-seconds': { type: 'string' },
      reads: { type: 'string' },
      data: { type: 'string' },
    },
  });
  if (values.help) return { bench: 'help' };
  const [given, ...rest] = positionals;
  const name = BENCHES.find((bench) => bench === given);
  if (name === undefined || rest.length > 0)
    throw new Error(
      `Say what to measure: gate, ingest, flags or query. Not: ${positionals.join(' ') || '(nothing)'}`,
    );
  const { only, json, data } = values;
  refuseOthers(name, values);
  const number = (of: NumberName) => wholeNumber(of, values[of]);
  switch (name) {
    case 'gate':
      return { bench: 'gate', only, json };
    case 'flags':
      return { bench: 'flags', json, flags: flagsOptions(only, number) };
    case 'query':
      return { bench: 'query', json, query: queryOptions(only, data, number) };
    case 'ingest':
      return { bench: 'ingest', json, ingest: ingestOptions(only, number) };
  }
}

type NumberOf = (name: NumberName) => number;

function ingestOptions(only: string | undefined, number: NumberOf): IngestOptions {
  if (only !== undefined && !isPart(only)) throw new Error(`--only takes one of ${INGEST_PARTS.join(', ')}`);
  return {
    only,
    spans: number('spans'),
    rounds: number('rounds'),
    ackSeconds: number('ack-seconds'),
    overloadSeconds: number('overload-seconds'),
    otelcol: true,
  };
}

function flagsOptions(only: string | undefined, number: NumberOf): FlagsOptions {
  if (only !== undefined) throw new Error('--only does not belong to flags.');
  return {
    spansPerSecond: number('spans-per-second'),
    seconds: number('seconds'),
    runSeconds: number('run-seconds'),
  };
}

function queryOptions(only: string | undefined, data: string | undefined, number: NumberOf): QueryOptions {
  if (only !== undefined && !QUERY_READS.includes(only))
    throw new Error(`--only takes one of ${QUERY_READS.join(', ')}`);
  return { only, data, spans: number('spans'), reads: number('reads'), settle: true };
}

/** @throws Error for an argument that another benchmark has */
function refuseOthers(bench: Bench, values: Partial<Record<NumberName | 'data', unknown>>): void {
  for (const [name, { of }] of Object.entries(NUMBERS))
    if (values[name as NumberName] !== undefined && !of.some((each) => each === bench))
      throw new Error(`--${name} belongs to ${of.join(' and ')}.`);
  if (values.data !== undefined && bench !== 'query') throw new Error('--data belongs to query.');
}

const isPart = (only: string): only is IngestPart => INGEST_PARTS.some((part) => part === only);

function wholeNumber(name: NumberName, text: string | undefined): number {
  const { least, default: usual } = NUMBERS[name];
  const number = text === undefined ? usual : Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`--${name} is a whole number, at least ${least}, not ${text}`);
}
