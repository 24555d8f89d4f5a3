import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { addUsd } from '@tollgate/contract';
import { rounded } from '../figures.ts';
import type { BenchHouse } from './bench-house.ts';
import { CAP } from './workflow.ts';

const PROCESSES = 32;
const KILLED = 4;
/** Programs that load at the same time. */
const AT_ONCE = 4;

interface Spender {
  readonly child: ChildProcess;
  readonly started: Promise<void>;
  readonly ended: Promise<string>;
}

/**
 * 32 processes, 50 parallel calls each, one cap a day, four of them killed while they spend. What the provider would bill
 * is never above the cap; how much of the cap could be used is the result.
 */
export async function budgetUsableShare(house: BenchHouse, print: (line: string) => void): Promise<number> {
  const { onProblem: _, ...options } = house.options;
  const optionsFile = join(house.directory, 'options.json');
  await writeFile(optionsFile, JSON.stringify(options));
  const spenders: Spender[] = [];
  for (let index = 0; index < PROCESSES; index++) {
    const spender = spend(optionsFile, join(house.directory, `bill-${index}`));
    spenders.push(spender);
    if (index % AT_ONCE === AT_ONCE - 1) await spender.started;
  }
  await Promise.all(spenders.map(({ started }) => started));
  for (const { child } of spenders) child.stdin?.write('go\n');
  for (const { child } of spenders.slice(0, KILLED)) {
    await sleep(300 + Math.random() * 500);
    child.kill('SIGKILL');
  }
  const ends = await Promise.all(spenders.slice(KILLED).map(({ ended }) => ended));
  const outcomes = ends.map(
    (line) => JSON.parse(line) as { status: string; admitted: number; refused: number },
  );
  const bills = await billed(house.directory);
  const total = Number(bills.total);
  const { items } = await house.service.api('ola@example.com', 'GET', '/v1/budgets?period=per_day');
  const [account] = items as { spent_usd: string; reserved_usd: string; unsettled_usd: string }[];
  print(`${PROCESSES} processes × 50 calls on one cap of ${CAP} USD; ${KILLED} killed`);
  print(
    `calls dispatched ${bills.calls}, billed ${bills.total} USD; refusals ${sum(outcomes.map(({ refused }) => refused))}`,
  );
  print(
    `the ledger: spent ${account?.spent_usd} USD, of it unsettled by the dead ${account?.unsettled_usd}, reserved ${account?.reserved_usd}`,
  );
  if (total > CAP) throw new Error(`the cap of ${CAP} USD did not hold: ${bills.total} USD were spent`);
  if (Number(account?.spent_usd) > CAP) throw new Error('the ledger itself is above the cap');
  return rounded(total / CAP);
}

function spend(optionsFile: string, billFile: string): Spender {
  const program = join(import.meta.dirname, 'budget-program.ts');
  const child = spawn(process.execPath, [...process.execArgv, program, optionsFile, billFile], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const started = lines.next().then(() => {});
  const ended = started.then(async () => String((await lines.next()).value));
  return { child, started, ended };
}

async function billed(directory: string): Promise<{ calls: number; total: string }> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('bill-'));
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  const amounts = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
  return { calls: amounts.length, total: addUsd(...amounts) };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
