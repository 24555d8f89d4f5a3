import { setTimeout as sleep } from 'node:timers/promises';
import type { AnswerOf } from '@tollgate/client';
import { Command } from 'commander';
import { UserError } from '../output/user-error.ts';
import { type Connection, callApi, tokenOption, urlOption } from './api-client.ts';

interface EraseOptions extends Connection {
  readonly run?: string;
  readonly span?: string;
  readonly person?: string;
  readonly reason?: string;
  readonly dryRun: boolean;
}

type Target =
  | { readonly person: string }
  | { readonly run_id: string }
  | { readonly run_id: string; readonly trace_id: string; readonly span_id: string };

/** `tollgate erase`: what people and models wrote, for good. */
export function eraseCommand(): Command {
  return new Command('erase')
    .description(
      'erase what people and models wrote in a run, a span, or the runs that a person started, for good',
    )
    .option('--person <email>', 'every run that they started')
    .option('--run <run_id>', 'one run')
    .option('--span <trace_id:span_id>', 'of that run, one span only')
    .option('--reason <text>', 'why; it goes on record')
    .option('--dry-run', 'only say what would go, and what is in the way', false)
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', '\nWhat it reaches and what it cannot: docs/retention.md')
    .action(erase);
}

async function erase(options: EraseOptions): Promise<void> {
  const { reason, dryRun } = options;
  const connection: Connection = options;
  const target = targetOf(options);
  if (dryRun) {
    const found = await callApi(connection, 'POST /v1/erasures/preview', { body: target });
    for (const line of previewLines(found)) console.log(line);
    if (found.held.length + found.open.length > 0) process.exitCode = 1;
    return;
  }
  if (reason === undefined) throw new UserError('Say why: --reason. It goes on record.');
  const { erasure_id } = await callApi(connection, 'POST /v1/erasures', { body: { ...target, reason } });
  const done = await finished(connection, erasure_id);
  for (const line of doneLines(done)) console.log(line);
  if (done.runs.erased < done.runs.all) process.exitCode = 1;
}

function targetOf({ run, span, person }: Pick<EraseOptions, 'run' | 'span' | 'person'>): Target {
  if (person !== undefined && run === undefined && span === undefined) return { person };
  if (run === undefined || person !== undefined)
    throw new UserError('Say what to erase: --person, or --run, or --run with --span.');
  if (span === undefined) return { run_id: run };
  const [, trace_id, span_id] = /^([0-9a-f]{32}):([0-9a-f]{16})$/.exec(span) ?? [];
  if (trace_id === undefined || span_id === undefined)
    throw new UserError('Write --span as TRACE:SPAN, in 32 and 16 hex digits.');
  return { run_id: run, trace_id, span_id };
}

type Erasure = AnswerOf<'GET /v1/erasures/{erasure_id}'>;

/** An end of this command does not end the erasure: the service carries it out. */
async function finished(connection: Connection, erasure_id: string): Promise<Erasure> {
  const { stderr } = process;
  for (;;) {
    const params = { erasure_id };
    const erasure = await callApi(connection, 'GET /v1/erasures/{erasure_id}', { params });
    const { runs, state } = erasure;
    if (stderr.isTTY) stderr.write(`\r${runs.erased} of ${runs.all} runs `);
    if (state === 'finished') {
      if (stderr.isTTY) stderr.write('\r\x1b[K');
      return erasure;
    }
    await sleep(500);
  }
}

function previewLines({
  runs,
  spans,
  quarantined,
  approvals,
  held,
  open,
}: AnswerOf<'POST /v1/erasures/preview'>): string[] {
  return [
    `${runs} runs: ${spans} spans with content, ${quarantined} spans in quarantine, ${approvals} approvals`,
    ...held.map((run_id) => `in the way: ${run_id} is on legal hold`),
    ...open.map((run_id) => `in the way: ${run_id} has an approval that is open`),
    'Nothing was changed.',
  ];
}

function doneLines({ erasure_id, runs, spans, quarantined, approvals, elsewhere }: Erasure): string[] {
  const places = Object.entries(elsewhere ?? {}).map(([name, figures]) => {
    const said = Object.entries(figures).map(([what, count]) => `${what} ${count}`);
    return `${name.replaceAll('_', ' ')}: ${said.join(', ')}`;
  });
  return [
    `Erased in ${runs.erased} of ${runs.all} runs: ${spans} spans with content, ${quarantined} spans in quarantine, ${approvals} approvals`,
    ...places,
    ...(runs.held > 0 ? [`${runs.held} runs were left: on legal hold`] : []),
    ...(runs.open > 0 ? [`${runs.open} runs were left: they have an approval that is open`] : []),
    `On record as ${erasure_id}. Not reached: outboxes of agents, packs that were exported, backups.`,
  ];
}
