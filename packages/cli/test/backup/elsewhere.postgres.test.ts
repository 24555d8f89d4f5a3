import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson, openControlState } from '@tollgate/query-service';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freshDatabase } from '../../../query-service/test/support/postgres.ts';
import { tollgate } from '../support/tollgate.ts';

let folder: string;
let env: { DATABASE_URL: string };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-elsewhere-'));
  env = { DATABASE_URL: await freshDatabase() };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a control state is moved once, and what nobody has is named', async () => {
  const nothing = await tollgate(['move-state', '--data', folder], env);
  expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('--data')]);
  const old = await openControlState({ directory: join(folder, 'control') });
  const about = { display_name: 'Ada', roles: ['owner' as const], teams: ['ops'], created_by: 'test' };
  await createPerson(old, { email: 'ada@example.com', ...about });
  await old.close();
  const moved = await tollgate(['move-state', '--data', folder], env);
  expect([moved.code, moved.stdout]).toEqual([0, expect.stringContaining('people: 1')]);
  expect((await tollgate(['move-state', '--data', folder], env)).code).toBe(1);
});

test('a command runs while evidence is held back, and its failure is one', async () => {
  const state = await openControlState({ database_url: env.DATABASE_URL });
  await state.close();
  const file = join(folder, 'copied');
  const copied = await tollgate(['backup-window', '--', 'touch', file], env);
  expect([copied.code, copied.stdout]).toEqual([0, expect.stringContaining('one state')]);
  expect(existsSync(file)).toBe(true);
  const failed = await tollgate(['backup-window', '--', 'sh', '-c', 'exit 3'], env);
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('ended with 3')]);
  const untold = await tollgate(['backup-window', '--', 'true'], { DATABASE_URL: '' });
  expect([untold.code, untold.stderr]).toEqual([1, expect.stringContaining('DATABASE_URL')]);
});
