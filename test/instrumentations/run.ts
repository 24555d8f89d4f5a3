import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { preparePython } from '../support/python-environment.ts';
import { SCENARIOS } from './scenarios.ts';
import { SET_UPS } from './set-ups/index.ts';
import { playAll } from './suite/play-all.ts';
import { matrixText } from './suite/print.ts';

const REQUIREMENTS = fileURLToPath(new URL('python/requirements.txt', import.meta.url));

const HELP = `Plays every scenario with every set-up of real instrumentation libraries, and prints the matrix.

  --only NAME   this set-up only (may be repeated)
  --reports     every report of every cell
  --write       writes seen.json, from which docs/conventions.md is generated, where everything holds
  --check       fails where seen.json has drifted from what was seen
  --help        this text`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      reports: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.only !== undefined && (values.write || values.check))
    throw new TypeError('--write and --check need every set-up');
  const chosen = SET_UPS.filter(({ name }) => values.only?.includes(name) ?? true);
  if (values.only !== undefined && chosen.length !== new Set(values.only).size)
    throw new TypeError(`--only: one of ${SET_UPS.map(({ name }) => name).join(', ')}`);
  const python = chosen.some(({ language }) => language === 'python')
    ? await preparePython('instrumentations', REQUIREMENTS)
    : undefined;
  if (python?.kind === 'missing') console.error(`\n!!! THE SET-UPS IN PYTHON ARE SKIPPED: ${python.why}\n`);
  const setUps = python?.kind === 'missing' ? chosen.filter(({ language }) => language === 'js') : chosen;
  const { cells, seen } = await playAll(
    setUps,
    python?.kind === 'ready' ? { python: python.interpreter } : {},
    {
      ended: ({ name }) => console.log(`played ${name}`),
    },
  );
  if (values.reports)
    for (const { setUp, scenario, reports } of cells)
      for (const { run: _, ...report } of reports)
        console.log(setUp.name, scenario.name, JSON.stringify(report));
  console.log(`\n${matrixText(cells, setUps, SCENARIOS)}`);
  const problems = cells.flatMap(({ setUp, scenario, problems }) =>
    problems.map((problem) => `${setUp.name} × ${scenario.name}: ${problem}`),
  );
  if (problems.length === 0 && python?.kind !== 'missing')
    problems.push(...document(`${JSON.stringify(seen, null, 2)}\n`, values));
  for (const problem of problems) console.error(`- ${problem}`);
  console.log(`\n${cells.length} cells of ${setUps.length} set-ups, ${problems.length} problems`);
  // What was skipped in CI was not seen.
  return problems.length > 0 || (python?.kind === 'missing' && process.env['CI'] !== undefined) ? 1 : 0;
}

const SEEN = new URL('seen.json', import.meta.url);

function document(text: string, { write, check }: { write: boolean; check: boolean }): readonly string[] {
  if (write) writeFileSync(SEEN, text);
  if (!check || readFileSync(SEEN, 'utf8') === text) return [];
  return [
    'seen.json has drifted from what was seen: npm run conformance:instrumentations -- --write, then npm run generate',
  ];
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof TypeError ? error.message : error);
    process.exit(2);
  },
);
