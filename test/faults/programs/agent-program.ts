/**
 * One agent process: `node agent-program.ts SETUP_JSON`. Does the jobs that come in on its standard input, one after another,
 * says what happens to it on its standard output, and dies where the order file says. It ends with its standard input.
 */
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { TollgateError } from '@tollgate/contract';
import {
  GATE_STEP_CHANNEL,
  type GateStepMessage,
  type Run,
  start,
  type Tollgate,
} from '@tollgate/instrumentation';
import { SAM } from '../workflow.ts';
import type { AgentSetup, Job, Said } from './messages.ts';
import { Striker } from './strike.ts';
import { Worker } from './worker.ts';

const setup = JSON.parse(process.argv[2] ?? '') as AgentSetup;
const striker = new Striker(setup.orderFile, 'gate');
let tollgate: Tollgate | undefined;

function say(said: Said): void {
  writeSync(1, `${JSON.stringify(said)}\n`);
}

subscribe(GATE_STEP_CHANNEL, (message) => {
  const { step, runId, callId, tool } = message as GateStepMessage;
  say({ kind: 'step', step, run: runId, call: callId, tool });
  striker.passed(step, tool === 'set_status' ? 2 : 3);
});

/** The service may be dead at any moment, and comes back. */
async function untilServed<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TollgateError) || error.code !== 'service_unreachable') throw error;
      await sleep(50);
    }
  }
}

async function opened(): Promise<Tollgate> {
  const { yaml, url, otlpUrl, key, outbox, life } = setup;
  tollgate ??= await untilServed(() =>
    start({
      workflow: { yaml },
      ...{ url, otlpUrl, key, outbox },
      resource: { 'faults.life': life },
      onProblem: (message) => say({ kind: 'problem', message }),
    }),
  );
  return tollgate;
}

async function carryOut(job: Extract<Job, { kind: 'run' }>): Promise<void> {
  const gate = await opened();
  const worker = new Worker(gate, setup, job, say);
  const body = async (run: Run) => {
    say({ kind: 'run', run: run.id, resumed: job.resume !== undefined });
    await worker.doAll(run);
  };
  const { resume } = job;
  const result = await untilServed(() =>
    resume === undefined
      ? gate.run({ initiator: SAM, initiatorToken: setup.initiatorToken }, body)
      : gate.resume({ runId: resume }, body),
  );
  const { runId, status, error } = result;
  say({ kind: 'sealed', run: runId, status, ...(error === undefined ? {} : { error: String(error) }) });
}

async function shutDown(): Promise<void> {
  const { unsentRecords, rejectedRecords } = await (await opened()).shutdown(30_000);
  say({ kind: 'down', unsent: unsentRecords, rejected: rejectedRecords });
}

process.on('uncaughtException', (error) => {
  say({ kind: 'problem', message: `crashed: ${error.stack ?? error}` });
  process.exit(1);
});
// Killed processes leave no compile cache behind them, and would each compile everything anew.
flushCompileCache();

for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line) as Job;
  if (job.kind === 'run') await carryOut(job);
  else if (job.kind === 'shutdown') await shutDown();
  else {
    await (await opened()).flush(30_000);
    say({ kind: 'flushed' });
  }
}
process.exit(0);
