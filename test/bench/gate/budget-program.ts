/**
 * One process of many on one cap: `node budget-program.ts OPTIONS_FILE BILL_FILE`. Fifty calls at a time, each of which costs
 * between 5 % and 120 % of what was estimated, until the budget is used up for good. Each dispatched call is on the bill
 * before anything else happens, as a provider would have it.
 */
import { once } from 'node:events';
import { openSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Run, start } from '@tollgate/instrumentation';
import { SAM } from './workflow.ts';

const PARALLEL = 50;
/** Refused all at once so many times, with a pause between: nobody gives anything back any more. */
const PATIENCE = 6;

const [optionsFile = '', billFile = ''] = process.argv.slice(2);
const tollgate = await start({ ...JSON.parse(readFileSync(optionsFile, 'utf8')), onProblem: () => {} });
const bill = openSync(billFile, 'a');
let admitted = 0;
let refused = 0;

async function call(run: Run): Promise<boolean> {
  const estimate = 0.01 + Math.random() * 0.04;
  const actual = (estimate * (0.05 + Math.random() * 1.15)).toFixed(6);
  const about = { provider: 'in-house', model: 'bench', estimateUsd: estimate.toFixed(6) };
  const admission = run.model(about, async () => {
    admitted += 1;
    writeSync(bill, `${actual}\n`);
    await sleep(20 + Math.random() * 60);
    return { costUsd: actual };
  });
  return admission.then(
    () => true,
    () => {
      refused += 1;
      return false;
    },
  );
}

const result = await tollgate.run({ initiator: SAM }, async (run) => {
  process.stdout.write('started\n');
  // All begin at once: loading a program takes longer than spending a budget.
  await once(process.stdin, 'data');
  for (let left = PATIENCE; left > 0; ) {
    const made = await Promise.all(Array.from({ length: PARALLEL }, () => call(run)));
    if (made.some((one) => one)) left = PATIENCE;
    else {
      left -= 1;
      await sleep(1000);
    }
  }
});
process.stdout.write(`${JSON.stringify({ status: result.status, admitted, refused })}\n`);
await tollgate.shutdown(0);
process.exit(0);
