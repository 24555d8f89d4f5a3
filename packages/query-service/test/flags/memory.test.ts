import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  changedRuns,
  forgetJudged,
  promptDue,
  rememberJudged,
  rememberPrompt,
  rememberRechecked,
  rememberRest,
  restDue,
} from '../../src/flags/memory.ts';
import { evaluationTables } from '../../src/flags/tables.ts';
import { UNKNOWN } from '../../src/flags/touched-runs.ts';
import { openControlState } from '../../src/state/control-state.ts';
import { migratorOf } from '../../src/state/migrations/migrate.ts';
import { openSqlite } from '../../src/state/sqlite/engine.ts';
import { systemClock } from '../../src/state/time.ts';
import { type TestControl, testControl } from '../support/control.ts';

const RUN = '0199a0de-0000-7000-8000-000000000001';
const run = (fingerprint: string) => [{ run_id: RUN, fingerprint, rows: 1, ...UNKNOWN }];
const at = (time: bigint) => new Map([[RUN, time]]);
const NEVER = new Map<string, bigint>();

let held: TestControl;
beforeEach(async () => {
  held = await testControl();
});
afterEach(() => held.close());

const due = async (now: bigint) => ({
  prompt: (await promptDue(held.control, now)).includes(RUN),
  rest: (await restDue(held.control, now)).includes(RUN),
});
const isChanged = async (fingerprint: string, continuous: boolean) =>
  (await changedRuns(held.control, run(fingerprint), { continuous })).length === 1;

test('what was judged promptly is done for the continuous course, and waits for the rest', async () => {
  await rememberPrompt(held.control, run('a'), { prompt: at(30n), rest: 10n });
  expect(await due(9n)).toEqual({ prompt: false, rest: false });
  expect(await due(10n)).toEqual({ prompt: false, rest: true });
  expect(await due(30n)).toEqual({ prompt: true, rest: true });
  expect([await isChanged('a', true), await isChanged('a', false), await isChanged('b', true)]).toEqual([
    false,
    true,
    true,
  ]);
});

test('the rest makes it whole, and leaves what the prompt controls wait for', async () => {
  await rememberPrompt(held.control, run('a'), { prompt: at(30n), rest: 10n });
  await rememberRest(held.control, run('a'), { began: 10n, rest: at(50n), again: 20n });
  expect(await isChanged('a', false)).toBe(false);
  expect(await due(49n)).toEqual({ prompt: true, rest: false });
  expect(await due(50n)).toEqual({ prompt: true, rest: true });
});

test('what arrives while the rest is judged is judged by it once more', async () => {
  await rememberPrompt(held.control, run('a'), { prompt: NEVER, rest: 10n });
  // The rest has read `a`; meanwhile more arrives, which the prompt controls see first.
  await rememberPrompt(held.control, run('b'), { prompt: NEVER, rest: 15n });
  await rememberRest(held.control, run('a'), { began: 0n, rest: NEVER, again: 20n });
  expect(await due(20n)).toEqual({ prompt: false, rest: true });
  expect(await isChanged('b', false)).toBe(true);
  await rememberRest(held.control, run('b'), { began: 0n, rest: NEVER, again: 30n });
  expect(await due(100n)).toEqual({ prompt: false, rest: false });
  expect(await isChanged('b', false)).toBe(false);
});

test('what became visible only after the prompt controls had read is judged by them once the rest has seen it', async () => {
  await rememberPrompt(held.control, run('half'), { prompt: NEVER, rest: 10n });
  held.clock.advance(10);
  const began = held.clock.now;
  const again = began + 20_000_000_000n;
  await rememberRest(held.control, run('whole'), { began, rest: NEVER, again });
  expect(await due(held.clock.now)).toEqual({ prompt: true, rest: false });
  expect(await due(again)).toEqual({ prompt: true, rest: true });
  await rememberRechecked(held.control, run('whole'), NEVER);
  await rememberRest(held.control, run('whole'), { began: again, rest: NEVER, again: again + 1n });
  expect(await due(again + 1n)).toEqual({ prompt: false, rest: false });
  expect(await isChanged('whole', false)).toBe(false);
});

test('a judgement again, or of everything, settles when it is due next', async () => {
  await rememberPrompt(held.control, run('a'), { prompt: at(30n), rest: 10n });
  await rememberRechecked(held.control, run('a'), at(60n));
  expect(await due(59n)).toEqual({ prompt: false, rest: true });
  await rememberJudged(held.control, run('a'), { prompt: NEVER, rest: at(70n) });
  expect(await due(69n)).toEqual({ prompt: false, rest: false });
  expect(await due(70n)).toEqual({ prompt: false, rest: true });
});

test('what waits for a far day is not forgotten before it', async () => {
  const year = 365n * 86_400n * 1_000_000_000n;
  await rememberPrompt(held.control, run('a'), { prompt: at(held.clock.now + year), rest: 10n });
  await forgetJudged(held.control, held.clock.now + year);
  expect(await due(held.clock.now + year + 1n)).toMatchObject({ prompt: true });
  await rememberRechecked(held.control, run('a'), NEVER);
  await forgetJudged(held.control, held.clock.now + year);
  expect(await isChanged('a', true)).toBe(true);
});

test('what was due before the two were told apart is due for both', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-memory-'));
  const old = openSqlite(directory, systemClock());
  await migratorOf(old.writable).migrateTo('0012-evaluation-reads');
  const db = evaluationTables(old.writable);
  const time = (n: number) => String(n).padStart(19, '0');
  const other = '0199a0de-0000-7000-8000-000000000002';
  await db
    .insertInto('rechecks')
    .values([
      { run_id: RUN, at: time(7) },
      { run_id: other, at: time(8) },
    ])
    .execute();
  // Without the column that comes later.
  await old.writable
    .insertInto('judged_runs' as never)
    .values({ run_id: RUN, fingerprint: 'a', judged_at: time(1) } as never)
    .execute();
  await old.close();
  const control = await openControlState({ directory });
  for (const dueAt of [promptDue, restDue]) {
    expect(await dueAt(control, 7n)).toEqual([RUN]);
    expect(await dueAt(control, 8n)).toEqual([RUN, other]);
  }
  await control.close();
  await rm(directory, { recursive: true, force: true });
});
