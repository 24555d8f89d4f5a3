import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cachedBuild } from '../../src/build/cached-build.ts';
import { readAssets } from '../../src/serve/assets.ts';

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'tollgate-console-cache-'));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

test('several first uses at once make one build, later ones none', async () => {
  const folders = await Promise.all([cachedBuild(cache), cachedBuild(cache), cachedBuild(cache)]);
  expect(new Set(folders).size).toBe(1);
  expect(await readdir(cache)).toHaveLength(1);
  const [folder = ''] = folders;
  const { mtimeMs } = await stat(join(folder, 'index.html'));
  expect(await cachedBuild(cache)).toBe(folder);
  expect((await stat(join(folder, 'index.html'))).mtimeMs).toBe(mtimeMs);
});

test('of the contract, only words come into the bundle', async () => {
  const assets = await readAssets(await cachedBuild(cache));
  const script = [...assets].find(([path]) => path.endsWith('.js'))?.[1].body.toString('utf8') ?? '';
  expect(script).toContain('the workflow does not list this tool');
  for (const foreign of ['createHash', 'tollgate.workflow/1', 'genai-prices', 'stringKeys']) {
    expect(script).not.toContain(foreign);
  }
  expect(script.length).toBeLessThan(600_000);
});

test('a folder without the pages is an error, not an empty console', async () => {
  const empty = await mkdtemp(join(cache, 'empty-'));
  await expect(readAssets(empty)).rejects.toThrow(/not in/);
});
