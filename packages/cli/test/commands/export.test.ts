import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSystem, startRunningSystem } from '../support/running-system.ts';
import { tollgate } from '../support/tollgate.ts';

let system: RunningSystem;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-export-'));
  system = await startRunningSystem();
});
afterAll(async () => {
  await system?.stop();
  await rm(directory, { recursive: true, force: true });
});

const exported = (...args: string[]) =>
  tollgate(['export', ...args, '--url', system.serviceUrl], { TOLLGATE_TOKEN: system.admin.token });

test('a pack is written under its name once it is whole, and verifies without the service', async () => {
  const file = join(directory, 'evidence.zip');
  const made = await exported('--from', '2026-01-01', '--out', file);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining(`tollgate verify ${file}`) });
  expect(existsSync(`${file}.partial`)).toBe(false);
  const checked = await tollgate(['verify', file]);
  expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ the pack is whole') });
  expect(checked.stdout).toContain('made by admin@tollgate.invalid');
  const json = await tollgate(['verify', file, '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ whole: true, problems: [] });
});

test('a pack that was cut short does not verify, and the command says so by its exit', async () => {
  const file = join(directory, 'short.zip');
  await exported('--from', '2026-01-01', '--out', file);
  await writeFile(file, (await readFile(file)).subarray(0, -30));
  const { code, stderr } = await tollgate(['verify', file]);
  expect(code).toBe(1);
  expect(stderr).toContain('cannot be read as an evidence pack');
});

test('a file that cannot be written is named, and nobody is sent to the service’s log for it', async () => {
  const file = join(directory, 'no-such-folder', 'evidence.zip');
  const { code, stderr } = await exported('--from', '2026-01-01', '--out', file);
  expect(code).toBe(1);
  expect(stderr).toContain('no such file or directory');
  expect(stderr).not.toContain('log says why');
  const folder = await exported('--from', '2026-01-01', '--out', directory);
  expect(folder).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be written') });
  expect(folder.stderr).not.toContain('    at ');
  expect(existsSync(`${directory}.partial`)).toBe(false);
});

test('a refusal leaves no file, and says what to do', async () => {
  const file = join(directory, 'none.zip');
  const absent = await exported('--run', '0198c3a0-0000-7000-8000-00000000dead', '--out', file);
  expect(absent.code).toBe(1);
  expect(absent.stderr).toContain('not_found');
  expect((await exported('--out', file)).stderr).toContain('Say what to export');
  expect(existsSync(file) || existsSync(`${file}.partial`)).toBe(false);
});
