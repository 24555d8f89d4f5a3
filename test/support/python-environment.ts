import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Python =
  | { readonly kind: 'ready'; readonly interpreter: string }
  | { readonly kind: 'missing'; readonly why: string };

/**
 * A virtual environment with exactly the pinned packages, in the temporary directory, made once for each state of
 * the requirements file. It is built aside and renamed, so that one that was cut short is never used.
 * @param name what the environment is for, as part of its path
 * @param requirements path of a file for `pip install -r`
 */
export async function preparePython(name: string, requirements: string): Promise<Python> {
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const directory = join(tmpdir(), `tollgate-${name}-${version}`);
  const interpreter = join(directory, 'bin', 'python');
  if (existsSync(interpreter)) return { kind: 'ready', interpreter };
  const building = `${directory}.${process.pid}`;
  try {
    await mkdir(building);
    await run('python3', ['-m', 'venv', building]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    await run(join(building, 'bin', 'python'), pip, { timeout: 600_000 });
    await rename(building, directory);
    return { kind: 'ready', interpreter };
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    return { kind: 'missing', why: error instanceof Error ? error.message : String(error) };
  }
}
