import type { InputOf } from '@tollgate/client';
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { type Connection, callApi, tokenOption, urlOption } from './api-client.ts';

type State = NonNullable<InputOf<'GET /v1/notifications'>['query']>['state'];
interface ListOptions extends Connection {
  readonly workflow?: string;
  readonly state?: State;
}

/** `tollgate incidents`: what went down incident paths, whether a path works, and the secret of its webhook. */
export function incidentsCommand(): Command {
  return new Command('incidents')
    .description('what went down incident paths; test a path, and make the secret of its webhook')
    .addCommand(listCommand())
    .addCommand(testCommand())
    .addCommand(secretCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('the newest notifications, how each ended, and who acknowledged it')
    .option('--workflow <name>', 'of this workflow')
    .addOption(
      new Option('--state <state>', 'in this state').choices(['unsent', 'waiting', 'delivered', 'given_up']),
    )
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async ({ workflow, state, ...connection }: ListOptions) => {
      const query = { workflow, state, limit: 50 };
      const { items } = await callApi(connection, 'GET /v1/notifications', { query });
      if (items.length === 0) return console.log('Nothing went down an incident path.');
      const table = new Table({
        head: ['opened', 'workflow', 'about', 'state', 'attempts', 'last', 'acknowledge by', 'acknowledged'],
        style: { head: [], border: [] },
      });
      for (const { attempts, opened_at, due_at, ...each } of items)
        table.push([
          ...[opened_at, each.workflow, each.control ?? each.purpose, each.state, attempts.length],
          lastWord(attempts.at(-1)),
          ...(each.purpose === 'test' ? ['', ''] : [due_at, acknowledgement(each)]),
        ]);
      console.log(table.toString());
    });
}

const lastWord = (attempt?: { readonly outcome: string; readonly status: number | null }): string =>
  attempt === undefined ? '' : `${attempt.outcome} ${attempt.status ?? ''}`.trim();

const acknowledgement = (each: { acknowledged_by: string | null; closed_at: string | null }): string =>
  each.acknowledged_by ?? (each.closed_at === null ? 'nobody yet' : 'cleared');

function testCommand(): Command {
  return new Command('test')
    .description('send a test down the incident path of a workflow, as its owner')
    .argument('<workflow>')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (workflow: string, connection: Connection) => {
      const params = { workflow };
      const route = 'POST /v1/workflows/{workflow}/incident-path/test';
      const { notification_id, webhook } = await callApi(connection, route, { params });
      console.log(`${notification_id} is on its way to ${webhook?.host}`);
      console.log(`How it ended: tollgate incidents list --workflow ${workflow}`);
    });
}

function secretCommand(): Command {
  return new Command('rotate-secret')
    .description('make a new secret for the webhook and print it, which is shown this once')
    .argument('<workflow>')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', '\nThe one before signs beside it for another 24 hours.')
    .action(async (workflow: string, connection: Connection) => {
      const params = { workflow };
      const route = 'POST /v1/workflows/{workflow}/incident-path/secret';
      const { secret, previous_ends_at } = await callApi(connection, route, { params });
      console.log(secret);
      if (previous_ends_at !== null) console.error(`The one before signs until ${previous_ends_at}.`);
    });
}
