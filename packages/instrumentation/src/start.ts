import { readFile } from 'node:fs/promises';
import { diag } from '@opentelemetry/api';
import { parseWorkflow, type Requirements, requirements, TollgateError } from '@tollgate/contract';
import { contentSealer } from './evidence/content.ts';
import type { BudgetWarning, StartOptions, Tollgate, WorkflowSource } from './face.ts';
import { otlpDelivery } from './outbox/delivery.ts';
import { Outbox } from './outbox/outbox.ts';
import { masksOf } from './redaction/mask.ts';
import { resourceOf } from './resource.ts';
import { serviceError } from './run/execute-run.ts';
import type { GovernedRun } from './run/governed-run.ts';
import type { GovernedProcess } from './run/process.ts';
import { ServiceClient } from './service/client.ts';
import { HeartbeatMonitor } from './service/heartbeat.ts';
import { settingsOf } from './settings.ts';
import { messageOf } from './thrown.ts';
import { openTollgate } from './tollgate.ts';

const FIRST_HEARTBEAT_MS = 5000;
/** Warnings that are remembered as told. */
const MAX_TOLD = 10_000;

/**
 * Reads the workflow file, asks the service whether that very policy is registered, opens the outbox.
 * @throws TollgateError `invalid_workflow`, `policy_not_registered`, `workflow_not_registered`, `unauthenticated`, `service_unreachable`.
 */
export async function start(options: StartOptions): Promise<Tollgate> {
  const settings = settingsOf(options);
  const policy = requirements(await readWorkflow(options.workflow));
  const client = new ServiceClient(settings.url, settings.key);
  const heartbeat = new HeartbeatMonitor(client, policy.workflow, policy.policy_version);
  await checkRegistered(policy, heartbeat);
  const problem = problemsTo(options.onProblem ?? warn);
  const runs = new Map<string, GovernedRun>();
  const outbox = await Outbox.open({
    directory: settings.outbox,
    maxBytes: settings.outboxMaxBytes,
    deliver: otlpDelivery(settings.otlpUrl, settings.key),
    onProblem: problem,
    onLost: ({ runId, count, why }) => {
      if (runId !== undefined) runs.get(runId)?.evidence.noteLoss(count, why);
    },
  });
  const shared = {
    policy,
    ...redaction(policy),
    writer: crypto.randomUUID(),
    client,
    heartbeat,
    outbox,
    resource: resourceOf(policy.workflow, options.resource),
    problem,
    onBudgetWarning: warningsOnce(options.onBudgetWarning ?? (() => {}), problem),
  };
  return openTollgate(shared, runs, options.strictTools ?? false);
}

/** What the application makes of a problem is its own matter, and stops neither the outbox nor a call. */
function problemsTo(tell: (message: string) => void): (message: string) => void {
  return (message) => {
    try {
      tell(message);
    } catch {
      warn(message);
    }
  };
}

/** The ledger tells with each lease what was passed; the application hears each once a run. */
function warningsOnce(
  tell: (warning: BudgetWarning) => void,
  problem: (message: string) => void,
): (warning: BudgetWarning) => void {
  const told = new Set<string>();
  return (warning) => {
    const what = `${warning.runId} ${warning.limit} ${warning.percent}`;
    if (told.has(what) || told.size >= MAX_TOLD) return;
    told.add(what);
    // A promise of the application's may fail as well.
    const telling = async () => tell(warning);
    telling().catch((error: unknown) => problem(`onBudgetWarning failed: ${messageOf(error)}`));
  };
}

/** What of content leaves the process, as the workflow has it. */
export function redaction({ content_capture }: Requirements): Pick<GovernedProcess, 'masks' | 'seal'> {
  const masks = masksOf(content_capture);
  return { masks, seal: contentSealer(content_capture, masks.content) };
}

async function readWorkflow(source: WorkflowSource) {
  const text = typeof source === 'string' ? await readFile(source, 'utf8') : source.yaml;
  const parsed = parseWorkflow(text);
  if (parsed.kind === 'valid') return parsed.workflow;
  const name = typeof source === 'string' ? source : 'workflow';
  const lines = parsed.issues.map(({ line, path, message }) => `${name}:${line ?? 1} ${path}: ${message}`);
  throw new TollgateError('invalid_workflow', lines.join('\n'), { issues: parsed.issues });
}

/** A file that differs from the registered one does not run, nor does one that nobody can ask about. */
async function checkRegistered(policy: Requirements, heartbeat: HeartbeatMonitor): Promise<void> {
  const answer = await heartbeat.beat(FIRST_HEARTBEAT_MS);
  if (answer.kind === 'unreachable' && policy.when_service_unreachable === 'allow_class_1') return;
  if (answer.kind !== 'ok') throw serviceError(answer);
  const registered = answer.value.policy_version;
  if (registered !== policy.policy_version)
    throw new TollgateError(
      'policy_not_registered',
      `This process has ${policy.policy_version}; registered is ${registered}.`,
    );
}

function warn(message: string): void {
  diag.error(`tollgate: ${message}`);
  process.emitWarning(message, 'TollgateWarning');
}
