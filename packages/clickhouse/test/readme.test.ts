import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

describe('the README', () => {
  it('has an example that runs as it stands and prints what the text says', async () => {
    const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
    const directory = mkdtempSync(join(tmpdir(), 'tollgate-readme-'));
    try {
      const { stdout } = await run(
        process.execPath,
        ['--conditions=tollgate-source', '--input-type=module-typescript', '--eval', example],
        { cwd: root, env: { ...process.env, DATA: directory, NODE_OPTIONS: '' } },
      );
      expect(stdout).toContain('cost: null');
      expect(stdout).toContain(`unpriced_reason: 'no_price'`);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
