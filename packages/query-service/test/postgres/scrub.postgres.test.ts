import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalJson } from '@tollgate/contract';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scrubApprovals } from '../../src/state/postgres/scrub.ts';
import { approvalFlow } from '../support/approval-flow.ts';
import { isInFiles } from '../support/postgres.ts';
import { placeOf, startService, type TestService } from '../support/service.ts';

const SECRET = 'v7.7.7077';
let service: TestService;
let url: string;
/** Somebody's session, whose transaction began before anything was erased and has not ended. */
let reader: pg.Client;

beforeEach(async () => {
  service = await startService();
  url = (await placeOf(service.directory)).database_url ?? '';
  const flow = await approvalFlow(service);
  const { status } = await flow.ask(await flow.run(), {
    arguments: canonicalJson({ target: 'production', version: SECRET }),
  });
  expect(status).toBe(201);
  reader = new pg.Client({ connectionString: url });
  await reader.connect();
  await reader.query('begin isolation level repeatable read');
  await reader.query('select count(*) from pg_class');
  expect(await isInFiles(url, SECRET)).toBe(true);
  await service.service.control.change(async ({ db }) => {
    await db.updateTable('approvals').set({ arguments: '{}' }).execute();
  });
});
afterEach(async () => {
  await reader.end();
  await service.close();
});

test('what was erased goes from the files once no transaction can see it any more, and not before it is said to be gone', async () => {
  let gone = false;
  const scrubbed = service.service.control.scrub().then(() => {
    gone = true;
  });
  await sleep(700);
  expect([gone, await isInFiles(url, SECRET)]).toEqual([false, true]);
  await reader.query('commit');
  await scrubbed;
  expect(await isInFiles(url, SECRET)).toBe(false);
});

test('where such a transaction does not end, it is no success', async () => {
  const pool = new pg.Pool({ connectionString: url });
  await expect(scrubApprovals(pool, 100)).rejects.toMatchObject({ code: 'storage_unavailable' });
  await pool.end();
});
