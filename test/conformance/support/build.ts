import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { otelcolBinary } from '../../support/otelcol-binary.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the OpenTelemetry Collector; empty where there is no Go to build it with. */
    otelcol: string;
    /** A file whose lines are printed at the end. */
    report: string;
  }
}

/** Builds or finds the OpenTelemetry Collector before the first test, and prints what was compared after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('otelcol', await binary());
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-conformance-'));
  const file = join(directory, 'report');
  await writeFile(file, '');
  project.provide('report', file);
  return async () => {
    process.stdout.write(await readFile(file, 'utf8'));
    await rm(directory, { recursive: true, force: true });
  };
}

async function binary(): Promise<string> {
  const path = await otelcolBinary();
  if (path !== undefined) return path;
  console.error(
    '\n*** SKIPPED: nothing was compared with the real OpenTelemetry Collector, because there is no Go to build it. ***\n',
  );
  return '';
}
