import Table from 'cli-table3';
import { Command } from 'commander';
import { UserError } from '../output/user-error.ts';
import { type Connection, callApi, tokenOption, urlOption } from './api-client.ts';

interface SetOptions extends Connection {
  readonly run?: string;
  readonly workflow?: string;
  readonly from?: string;
  readonly to?: string;
  readonly reason: string;
}

/** `tollgate holds`: what has to be kept, whatever retention and erasure say. */
export function holdsCommand(): Command {
  return new Command('holds')
    .description('set, list and lift legal holds')
    .addCommand(setCommand())
    .addCommand(listCommand())
    .addCommand(liftCommand());
}

function setCommand(): Command {
  return new Command('set')
    .description('keep a run, or the runs of a workflow and a period, until the hold is lifted')
    .option('--run <run_id>', 'one run')
    .option('--workflow <name>', 'runs of this workflow')
    .option('--from <time>', 'that were, or arrived, at this time or later, UTC, e.g. 2026-07-01')
    .option('--to <time>', 'that were, or arrived, before this time, UTC')
    .requiredOption('--reason <text>', 'why; it goes on record')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (options: SetOptions) => {
      const { hold_id } = await callApi(options, 'POST /v1/holds', { body: bodyOf(options) });
      console.log(`held: ${hold_id}`);
    });
}

function bodyOf({ run, workflow, from, to, reason }: SetOptions) {
  if (run !== undefined && workflow === undefined && from === undefined && to === undefined)
    return { run_id: run, reason };
  if (workflow === undefined || run !== undefined)
    throw new UserError('Say what to keep: --run, or --workflow with --from and --to.');
  return { workflow, reason, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function listCommand(): Command {
  return new Command('list')
    .description('holds that are in force')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (connection: Connection) => {
      const { items } = await callApi(connection, 'GET /v1/holds', { query: { state: 'live', limit: 200 } });
      if (items.length === 0) return console.log('Nothing is on hold.');
      const table = new Table({ head: ['hold', 'of', 'by', 'reason'], style: { head: [], border: [] } });
      for (const { hold_id, run_id, workflow, from, to, set_by, reason } of items)
        table.push([
          hold_id,
          run_id ?? `${workflow}, ${from ?? 'from the first'} to ${to ?? 'those to come'}`,
          set_by,
          reason,
        ]);
      console.log(table.toString());
    });
}

function liftCommand(): Command {
  return new Command('lift')
    .description('end a hold; what has expired meanwhile is then dropped')
    .argument('<hold>')
    .requiredOption('--reason <text>', 'why; it goes on record')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (hold_id: string, { reason, ...connection }: Connection & { reason: string }) => {
      await callApi(connection, 'POST /v1/holds/{hold_id}/lift', { params: { hold_id }, body: { reason } });
      console.log(`${hold_id} is lifted`);
    });
}
