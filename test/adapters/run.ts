import { readFileSync, writeFileSync } from 'node:fs';
import { inspect, parseArgs } from 'node:util';
import { CASES, CHAPTERS } from './cases/index.ts';
import { DRIVERS, EXPECTED_DRIVERS } from './drivers/index.ts';
import { documentText } from './suite/document.ts';
import { judge, missingDrivers } from './suite/judge.ts';
import { playAll } from './suite/play-all.ts';
import { matrixText, progressLine } from './suite/print.ts';

const HELP = `Plays every case against every adapter, in its real framework, and prints the matrix.

  --only NAME      this adapter only (may be repeated); then nothing is said about missing ones
  --case NAME      this case only (may be repeated)
  --at-once N      cells at the same time (default 4)
  --write          writes docs/adapters.md, where everything holds
  --check          fails where docs/adapters.md has drifted from what was seen
  --help           this text`;

class UsageError extends Error {}

const DOCUMENT = new URL('../../docs/adapters.md', import.meta.url);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      case: { type: 'string', multiple: true },
      'at-once': { type: 'string', default: '4' },
      write: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const whole = values.only === undefined && values.case === undefined;
  if (!whole && (values.write || values.check))
    throw new TypeError('--write and --check need the whole table');
  const atOnce = Number(values['at-once']);
  if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > 32)
    throw new UsageError('--at-once: a number from 1 to 32');
  const drivers = chosen('adapter', DRIVERS, values.only);
  const cases = chosen('case', CASES, values.case);

  const loose: string[] = [];
  // A rejection that nobody handles would end an application; which cell it came from cannot be said.
  process.on('unhandledRejection', (error) => loose.push(`nobody handled: ${inspect(error)}`));
  let over = 0;
  const started = performance.now();
  const cells = await playAll(drivers, cases, atOnce, (cell) => {
    over += 1;
    console.log(progressLine(cell, over, drivers.length * cases.length));
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`\n${matrixText(cells, drivers, cases)}`);
  const problems = [
    ...judge(cells, drivers, cases),
    ...loose,
    ...(whole ? missingDrivers(EXPECTED_DRIVERS, DRIVERS) : []),
  ];
  if (problems.length === 0 && whole) problems.push(...document(values.write, values.check, cells));
  const replays = cells.reduce((sum, cell) => sum + cell.replays, 0);
  console.log(
    `\n${cells.length} cells in ${seconds} s (${replays} played again on a busy machine), ${problems.length} problems`,
  );
  for (const problem of problems) console.error(`- ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

function document(
  write: boolean,
  check: boolean,
  cells: Parameters<typeof documentText>[0],
): readonly string[] {
  const text = documentText(cells, DRIVERS, CHAPTERS);
  if (write) writeFileSync(DOCUMENT, text);
  if (!check || readFileSync(DOCUMENT, 'utf8') === text) return [];
  return ['docs/adapters.md has drifted from what was seen: pnpm conformance --write'];
}

function chosen<T extends { readonly name: string }>(
  what: string,
  all: readonly T[],
  names: readonly string[] | undefined,
): readonly T[] {
  for (const name of names ?? [])
    if (!all.some((one) => one.name === name))
      throw new UsageError(`there is no ${what} ${name}: ${all.map((one) => one.name).join(', ')}`);
  return names === undefined ? all : all.filter(({ name }) => names.includes(name));
}

/** What parseArgs has against the arguments, or this file; anything else is a defect, and shows where. */
function isUsage(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof TypeError && String(Reflect.get(error, 'code')).startsWith('ERR_PARSE_ARGS');
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(isUsage(error) ? error.message : error);
    process.exit(2);
  },
);
