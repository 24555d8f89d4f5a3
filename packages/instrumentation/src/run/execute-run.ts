import { ERRORS, type ErrorCode, TollgateError } from '@tollgate/contract';
import type { ResumeOptions, Run, RunOptions, RunResult } from '../face.ts';
import type { Answer } from '../service/client.ts';
import { messageOf, nameOf } from '../thrown.ts';
import { withRun } from './active-run.ts';
import { sealEntry, startEntry } from './entries.ts';
import { finalStatus } from './final-status.ts';
import { GovernedRun } from './governed-run.ts';
import type { GovernedProcess } from './process.ts';
import { uuidv7 } from './uuidv7.ts';

/** Calls that were told to stop get this long to do so. */
const SETTLE_MS = 10_000;
const LATE_MS = 2000;

type End<O> =
  | { readonly kind: 'returned'; readonly output: O }
  | { readonly kind: 'threw'; readonly error: unknown };

/** One run from registration to seal. @throws TollgateError when it cannot start. */
export async function executeRun<O>(
  process: GovernedProcess,
  runs: Map<string, GovernedRun>,
  options: RunOptions,
  body: (run: Run) => O | Promise<O>,
): Promise<RunResult<O>> {
  const { run, verified } = await register(process, options);
  return carryOut({ runs, run, verified, options }, body);
}

/** The same for a run whose process is gone. @throws TollgateError when it cannot go on. */
export async function resumeRun<O>(
  process: GovernedProcess,
  runs: Map<string, GovernedRun>,
  options: ResumeOptions,
  body: (run: Run) => O | Promise<O>,
): Promise<RunResult<O>> {
  const { policy, client } = process;
  const { runId } = options;
  if (runs.has(runId) || resuming.has(runId))
    throw new TollgateError('conflict', 'This process is executing that run.');
  const writer = crypto.randomUUID();
  const { workflow, policy_version } = policy;
  resuming.add(runId);
  try {
    const answer = await client.resumeRun(runId, { workflow, policy_version, writer });
    if (answer.kind !== 'ok') throw serviceError(answer);
    const { initiator, initiator_verified: verified, before } = answer.value;
    const run = new GovernedRun(process, runId, 'registered', { ...options, initiator }, { writer, before });
    if (before === null)
      process.problem(
        `what the run ${runId} was denied before, and what failed, is not known: it is counted anew`,
      );
    // Not awaited: from its first moment the run is among those that are executed.
    return carryOut({ runs, run, verified, options }, body);
  } finally {
    resuming.delete(runId);
  }
}

/** Runs that the service is being asked about, before they are executed. */
const resuming = new Set<string>();

interface Start {
  readonly runs: Map<string, GovernedRun>;
  readonly run: GovernedRun;
  readonly verified: boolean;
  readonly options: Pick<RunOptions, 'input' | 'signal'>;
}

async function carryOut<O>(
  { runs, run, verified, options }: Start,
  body: (run: Run) => O | Promise<O>,
): Promise<RunResult<O>> {
  runs.set(run.id, run);
  const release = run.process.heartbeat.acquire();
  const cancel = () => run.controller.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', cancel, { once: true });
  if (options.signal?.aborted === true) cancel();
  try {
    await run.evidence.write(startEntry(run, verified, options.input));
    const end = await settled(run, body);
    return await seal(run, end, options.signal?.aborted === true);
  } finally {
    options.signal?.removeEventListener('abort', cancel);
    release();
    runs.delete(run.id);
    keepRegistering(run);
  }
}

async function settled<O>(run: GovernedRun, body: (run: Run) => O | Promise<O>): Promise<End<O>> {
  try {
    return { kind: 'returned', output: await withRun(run, async () => body(run)) };
  } catch (error) {
    return { kind: 'threw', error };
  }
}

async function seal<O>(run: GovernedRun, end: End<O>, cancelled: boolean): Promise<RunResult<O>> {
  const unfinished = await run.settle(SETTLE_MS);
  const status = finalStatus(run, end, cancelled);
  const { output, errorType } =
    end.kind === 'returned'
      ? { output: end.output, errorType: undefined }
      : { output: { error: messageOf(end.error) }, errorType: nameOf(end.error) };
  run.ended = true;
  await run.registerLate();
  await run.budget.close();
  const entry = sealEntry(run, { status, output, errorType, unfinished });
  // What was synced before it happened has its outcome synced as well, here at the latest.
  await run.evidence.write(entry, { reserve: true, durable: run.evidence.hasSynced });
  return end.kind === 'returned'
    ? { runId: run.id, status, output: end.output }
    : { runId: run.id, status, error: end.error };
}

async function register(
  process: GovernedProcess,
  options: RunOptions,
): Promise<{ run: GovernedRun; verified: boolean }> {
  const { policy, writer, client } = process;
  const answer = await client.registerRun({
    workflow: policy.workflow,
    policy_version: policy.policy_version,
    writer,
    initiator: options.initiator,
    ...(options.initiatorToken === undefined ? {} : { initiator_token: options.initiatorToken }),
  });
  if (answer.kind === 'ok')
    return {
      run: new GovernedRun(process, answer.value.run_id, 'registered', {
        ...options,
        initiator: answer.value.initiator,
      }),
      verified: answer.value.initiator_verified,
    };
  if (answer.kind === 'unreachable' && policy.when_service_unreachable === 'allow_class_1')
    return { run: new GovernedRun(process, uuidv7(), 'late', options), verified: false };
  throw serviceError(answer);
}

/** A run that ended before the service came back is still registered, as long as this process lives. */
function keepRegistering(run: GovernedRun): void {
  if (run.registration !== 'late') return;
  const timer = setInterval(async () => {
    await run.registerLate();
    if (run.registration !== 'late' || run.process.outbox.closed) clearInterval(timer);
  }, LATE_MS).unref();
}

/** The service's no, or its silence, as an error of the catalogue. */
export function serviceError(answer: Exclude<Answer<unknown>, { kind: 'ok' }>): TollgateError {
  if (answer.kind === 'unreachable') return new TollgateError('service_unreachable', answer.why);
  const code = Object.hasOwn(ERRORS, answer.code) ? (answer.code as ErrorCode) : 'internal';
  return new TollgateError(code, answer.message);
}
