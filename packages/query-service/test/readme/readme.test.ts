import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the example of the README runs as printed', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const file = join(import.meta.dirname, `example-${process.pid}.ts`);
  const cwd = await mkdtemp(join(tmpdir(), 'tollgate-readme-'));
  try {
    await writeFile(file, example);
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=tollgate-source', file], {
      cwd,
    });
    expect(stdout).toContain("name: 'ada@example.com'");
  } finally {
    await rm(file, { force: true });
    await rm(cwd, { recursive: true, force: true });
  }
});
