// Walks the whole OpenAPI document of a real, seeded service with schemathesis, as a person with every role and as an agent.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preparePython } from '../support/python-environment.ts';
import { type SeededService, startSeededService } from '../support/seeded-service.ts';

/** Seconds for each of the two walks; an unfinished one has still found nothing so far. */
const SECONDS = Number(process.env['SCHEMATHESIS_SECONDS'] ?? '120');

/**
 * All checks but one: a 400 also says what no schema can (a cursor of another list, a time range that is empty, a
 * workflow file that contradicts itself), so that a request that fits the schema is no promise (positive_data_acceptance).
 */
const OPTIONS = [
  ...['--checks', 'all', '--exclude-checks', 'positive_data_acceptance', '--mode', 'all'],
  ...['--phases', 'examples,coverage,fuzzing,stateful'],
  ...['--max-time', String(SECONDS), '--request-timeout', '20', '--continue-on-failure', '--no-color'],
  ...['--seed', process.env['SCHEMATHESIS_SEED'] ?? '1'],
];

const python = await preparePython(
  'schemathesis',
  fileURLToPath(new URL('requirements.txt', import.meta.url)),
);
if (python.kind === 'missing') {
  console.error(`\n!!! SCHEMATHESIS IS SKIPPED, AND THE API WAS NOT WALKED: ${python.why}\n`);
  process.exit(process.env['CI'] === undefined ? 0 : 1);
}
const { interpreter } = python;
const directory = await mkdtemp(join(tmpdir(), 'tollgate-schemathesis-'));
const service = await startSeededService();
let failed = false;
for (const who of ['person', 'agent'] as const) {
  console.log(`\n=== every route, as ${who === 'agent' ? 'an agent' : 'a person with every role'}`);
  failed = (await walk(service, who)) !== 0 || !(await stillKnown(service, who)) || failed;
}
await service.stop();
await rm(directory, { recursive: true, force: true });
process.exit(failed ? 1 : 0);

/** A walk that locked itself out would find nothing from then on. */
async function stillKnown({ url, credentials }: SeededService, who: 'person' | 'agent'): Promise<boolean> {
  const headers = { authorization: `Bearer ${credentials[who]}` };
  const { ok } = await fetch(`${url}/v1/session`, { headers });
  if (!ok) console.error('The walk has lost its own credential on the way.');
  return ok;
}

function walk({ url, credentials }: SeededService, who: 'person' | 'agent'): Promise<number> {
  const header = `Authorization: Bearer ${credentials[who]}`;
  const child = spawn(
    interpreter,
    [
      '-m',
      'schemathesis.cli',
      'run',
      `${url}/openapi.json`,
      '--header',
      header,
      ...OPTIONS,
      ...process.argv.slice(2),
    ],
    // It keeps a cache where it runs.
    { stdio: 'inherit', cwd: directory },
  );
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
