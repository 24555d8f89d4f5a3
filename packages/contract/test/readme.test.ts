import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('the example of the README runs as it stands, and prints what its comments say', async () => {
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
  const said = [...example.matchAll(/console\.log.*\/\/ (\w+)$/gm)].map(([, word]) => word);
  const args = ['--conditions=tollgate-source', '--input-type=module-typescript', '--eval', example];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env });
  expect(said).toHaveLength(2);
  expect(stdout.trim().split('\n')).toEqual(said);
});
