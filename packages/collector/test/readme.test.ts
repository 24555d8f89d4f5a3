import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { request, span } from './support/wire.ts';

test('the README’s example runs as printed, stores a span, and ends on SIGTERM', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const data = await mkdtemp(join(tmpdir(), 'tollgate-collector-'));
  // Beside the package, so that its imports resolve as an application's would.
  const file = new URL(`../example-${process.pid}.tmp.ts`, import.meta.url);
  await writeFile(file, example.replaceAll("'@tollgate/collector'", "'./src/index.ts'"));
  const child = spawn(process.execPath, ['--conditions=tollgate-source', file.pathname, data, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const died = once(child, 'exit').then(() => ['the example ended']);
    const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), died]);
    const url = /spans go to (\S+)/.exec(String(line))?.[1] ?? '';
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'x-api-key': 'tgk_support_0123456789abcdef', 'content-type': 'application/x-protobuf' },
      body: request([span('from the README')]),
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
    child.kill('SIGTERM');
    await died;
    expect(child.exitCode).toBe(0);
  } finally {
    child.kill('SIGKILL');
    await rm(file, { force: true });
    await rm(data, { recursive: true, force: true });
  }
});
