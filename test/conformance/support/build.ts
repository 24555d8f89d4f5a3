import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const SCRIPT = fileURLToPath(new URL('../../../collector-config/scripts/build-otelcol', import.meta.url));

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the OpenTelemetry Collector; empty where there is no Go to build it with. */
    otelcol: string;
    /** A file whose lines are printed at the end. */
    report: string;
  }
}

/** Builds or finds the OpenTelemetry Collector before the first test. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('otelcol', await otelcol());
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-conformance-'));
  const file = join(directory, 'report');
  await writeFile(file, '');
  project.provide('report', file);
  return async () => {
    process.stdout.write(await readFile(file, 'utf8'));
    await rm(directory, { recursive: true, force: true });
  };
}

async function otelcol(): Promise<string> {
  const { code, stdout } = await run();
  if (code === 0) return stdout.trim();
  if (code !== 3 || process.env['CI'] === 'true')
    throw new Error('The OpenTelemetry Collector could not be built; see above.');
  console.error(
    '\n*** SKIPPED: nothing was compared with the real OpenTelemetry Collector, because there is no Go to build it. ***\n',
  );
  return '';
}

/** Exit code 3 says that there is no usable Go. */
function run(): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile(SCRIPT, (error, stdout) => {
      if (error === null) resolve({ code: 0, stdout });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout });
      else reject(error);
    });
    child.stderr?.pipe(process.stderr);
  });
}
