import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
});
afterAll(() => house.close());

/** Starts an agent and kills it while its class-2 tool executes. */
async function killedRun(): Promise<string> {
  const { url, otlpUrl, key, outbox } = house.options();
  const script = fileURLToPath(new URL('child.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--conditions=tollgate-source', script, url, otlpUrl, key, outbox, INTERNAL_WORKFLOW] as string[],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  let runId = '';
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'executing') break;
    runId = line;
  }
  child.kill('SIGKILL');
  await ended;
  return runId;
}

test('killed in the middle of a class-2 tool: the next process sends its intent, once, and invents no outcome', async () => {
  house.collector.mode = 'cut';
  const runId = await killedRun();
  expect(house.rows).toEqual([]);
  house.collector.mode = 'open';
  const [one, two] = await Promise.all([house.start(), house.start()]);
  await Promise.all([one.flush(10_000), two.flush(10_000)]);
  const mine = house.spans().filter(({ record }) => record.run_id === runId);
  expect(mine.map(({ record }) => [record.kind, record.enforcement ?? ''])).toEqual([
    ['run_started', ''],
    ['gate_decided', 'executed'],
  ]);
  expect(chainOf(house.spans(), runId).length).toBe(2);
});

test('a record that the kill tore in two is left out; those before it arrive', async () => {
  house.collector.mode = 'cut';
  const runId = await killedRun();
  const dead = (await readdir(house.outbox)).filter((name) => name.includes('spool~'));
  for (const name of dead)
    for (const segment of (await readdir(join(house.outbox, name))).filter((file) =>
      file.endsWith('.segment'),
    ))
      await appendFile(join(house.outbox, name, segment), Buffer.from([200, 0, 0, 0, 1, 2, 3]));
  expect(dead.length).toBeGreaterThan(0);
  house.collector.mode = 'open';
  const problems: string[] = [];
  const tollgate = await house.start({ onProblem: (message) => problems.push(message) });
  await tollgate.flush(10_000);
  expect(chainOf(house.spans(), runId).length).toBe(2);
  expect(problems.some((problem) => problem.includes('torn'))).toBe(true);
  expect(
    (await readdir(join(house.outbox, 'rejected'))).filter((name) => name.endsWith('.torn')).length,
  ).toBe(1);
});
