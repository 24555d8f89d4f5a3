import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChain, verifyChain } from '@tollgate/contract';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPerson, findPerson, moveControlState, openControlState } from '../../src/index.ts';
import { lockDirectory } from '../../src/state/directory-lock.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordTexts } from '../support/records.ts';

let directory: string;
let database_url: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-move-'));
  database_url = await freshDatabase();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const run_id = '0199a0de-0000-7000-8000-000000000001';
const scope = { run_id, workflow: 'w', policy_version: 'p', owner: 'o', team: 't' };
const about = { email: 'ada@example.com', display_name: 'Ada', roles: ['owner' as const], teams: ['ops'] };
/** More than a number can hold exactly. */
const LARGE = 999_999_999_999_999_999n;

async function fill(): Promise<string> {
  const old = await openControlState({ directory });
  await createPerson(old, { ...about, created_by: 'test' });
  await old.change(async (change) => {
    const { db } = change;
    const time = '1800000000000000000';
    await db
      .insertInto('workflows')
      .values({ workflow: 'w', policy_version: 'p', owner: 'o', team: 't', registered_at: time })
      .execute();
    await db
      .insertInto('budget_accounts')
      .values({
        ...{ account: 'day:w:2026-11-27', period: 'per_day', name: '2026-11-27', workflow: 'w', team: 't' },
        ...{ limit_nano: null, spent: LARGE, reserved: 0n, unsettled: 0n, leases: 0, warned: 0 },
        ...{ opened_at: time, updated_at: time },
      })
      .execute();
    for (let n = 0; n < 1200; n++) await change.record(scope, { kind: 'suspended', actor: `before ${n}` });
  });
  await old.close();
  return old.writer;
}

test('everything is there afterwards, amounts to the last digit, and chains and positions go on', async () => {
  const writer = await fill();
  const moved = await moveControlState(directory, database_url);
  expect(moved).toMatchObject({ people: 1, budget_accounts: 1, grants: 0 });
  const control = await openControlState({ database_url });
  expect(control.writer).toBe(writer);
  expect(await findPerson(control, about.email)).toMatchObject({ roles: ['owner'] });
  const { rows } = await sql<{ spent: string }>`select spent::text as spent from budget_accounts`.execute(
    control.db,
  );
  expect(rows).toEqual([{ spent: String(LARGE) }]);
  await control.change((change) => change.record(scope, { kind: 'suspended', actor: 'after' }));
  const texts = (await recordTexts(control)).filter((text) => text.includes(run_id));
  expect(verifyChain(startChain(run_id, writer, 'p'), texts)).toMatchObject({
    findings: [],
    end: { seq: 1201 },
  });
  await control.close();
  expect(existsSync(join(directory, 'control.db'))).toBe(false);
  expect(existsSync(join(directory, 'control.db.moved'))).toBe(true);
});

test('nothing is moved out of a directory that a service uses, nor into a state that is there', async () => {
  await fill();
  const unlock = lockDirectory(directory);
  await expect(moveControlState(directory, database_url)).rejects.toThrow('Another query service runs');
  unlock();
  const control = await openControlState({ database_url });
  await expect(moveControlState(directory, database_url)).rejects.toMatchObject({ code: 'conflict' });
  expect(await control.db.selectFrom('people').selectAll().execute()).toEqual([]);
  await control.close();
  expect(existsSync(join(directory, 'control.db'))).toBe(true);
});
