import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { UserError } from '../output/user-error.ts';
import { type Connection, openApi, tokenOption, urlOption } from './api-client.ts';

interface ExportOptions extends Connection {
  readonly run?: string;
  readonly workflow?: string;
  readonly from?: string;
  readonly to?: string;
  readonly format: 'jsonl' | 'csv' | 'parquet';
  readonly content: boolean;
  readonly out: string;
}

/** `tollgate export`: evidence for people outside, as one file. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write the evidence of a run, a workflow or a period into one file, with a manifest')
    .option('--run <run_id>', 'one run')
    .option('--workflow <name>', 'runs of this workflow')
    .option('--from <time>', 'runs that started at this time or later, UTC, e.g. 2026-07-01')
    .option('--to <time>', 'runs that started before this time, UTC')
    .addOption(
      new Option('--format <format>', 'of the files in it')
        .choices(['jsonl', 'csv', 'parquet'])
        .default('jsonl'),
    )
    .option('--content', 'with what people and models wrote', false)
    .option('--out <file>', 'where to write it', 'evidence.zip')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', '\nCheck it anywhere, without the service: tollgate verify evidence.zip')
    .action(exportEvidence);
}

async function exportEvidence({
  run,
  workflow,
  from,
  to,
  format,
  content,
  out,
  ...connection
}: ExportOptions) {
  if (run === undefined && workflow === undefined && from === undefined && to === undefined)
    throw new UserError('Say what to export: --run, or --workflow, --from and --to.');
  const stream = await openApi(connection, 'GET /v1/exports/evidence', {
    query: { run_id: run, workflow, from, to, format, content: content ? 'true' : 'false' },
  });
  // Under its name once it is whole: what broke off must not be taken for evidence.
  const partial = `${out}.partial`;
  let bytes = 0;
  try {
    const body = Readable.fromWeb(stream);
    const progress = showProgress((done) => `${out}: ${mebibytes(done)}`);
    await pipeline(
      body,
      progress.count((done) => (bytes = done)),
      createWriteStream(partial),
    );
    progress.end();
    await rename(partial, out);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new UserError(`The export broke off, and nothing was kept. ${whyOf(cause, partial)}`, { cause });
  }
  console.log(`${out}: ${mebibytes(bytes)}. Check it with: tollgate verify ${out}`);
}

const WRITING: readonly unknown[] = ['open', 'write', 'rename'];

/** Only of its own file does this command know what is wrong. */
function whyOf(cause: unknown, file: string): string {
  const { code, syscall } = Object(cause) as { code?: unknown; syscall?: unknown };
  return typeof code === 'string' && WRITING.includes(syscall)
    ? `${file} cannot be written: ${cause instanceof Error ? cause.message : code}`
    : 'Try again; the service’s log says why.';
}

const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** A line that counts, where somebody looks. */
function showProgress(line: (done: number) => string) {
  const { stderr } = process;
  let shown = 0;
  const show = (bytes: number) => {
    if (!stderr.isTTY || performance.now() - shown < 200) return;
    shown = performance.now();
    stderr.write(`\r${line(bytes)} `);
  };
  return {
    count: (told: (bytes: number) => void) => {
      let bytes = 0;
      return new Transform({
        transform: (chunk: Buffer, _, done) => {
          bytes += chunk.length;
          told(bytes);
          show(bytes);
          done(null, chunk);
        },
      });
    },
    end: () => void (stderr.isTTY && stderr.write('\r\x1b[K')),
  };
}
