import Table from 'cli-table3';
import { Command } from 'commander';
import { type Connection, callApi, tokenOption, urlOption } from './api-client.ts';

interface CreateOptions extends Connection {
  readonly principal: string;
  readonly team: string;
  readonly workflow: string[];
  readonly expiresInDays?: string;
}

/** `tollgate keys`: what agents send evidence and ask for approvals with. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('make, list, rotate and revoke keys of agents')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  const list = (text: string, before: string[] = []) => [...before, ...text.split(',')];
  return new Command('create')
    .description('make a key and print it, which is shown this once')
    .requiredOption('--principal <name>', 'what the key speaks for, e.g. support-triage-agent')
    .requiredOption('--team <team>', 'the team of its workflows')
    .requiredOption('--workflow <workflows>', 'workflows, with commas; * is every workflow of the team', list)
    .option('--expires-in-days <days>', 'when it ends by itself')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async ({ principal, team, workflow, expiresInDays, ...connection }: CreateOptions) => {
      const until = expiresInDays === undefined ? {} : { expires_in_seconds: Number(expiresInDays) * 86_400 };
      const body = { principal, team, workflows: workflow, ...until };
      console.log((await callApi(connection, 'POST /v1/keys', { body })).key);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('keys, without their secrets')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (connection: Connection) => {
      const { items } = await callApi(connection, 'GET /v1/keys', { query: { limit: 200 } });
      const table = new Table({
        head: ['id', 'principal', 'team', 'workflows', 'ends'],
        style: { head: [], border: [] },
      });
      for (const { credential_id, principal, team, workflows, expires_at, revoked_at } of items)
        table.push([
          credential_id,
          principal,
          team,
          workflows.join(', '),
          revoked_at === null ? (expires_at ?? 'never') : `revoked ${revoked_at}`,
        ]);
      console.log(table.toString());
    });
}

interface RotateOptions extends Connection {
  readonly expiresInDays?: string;
  readonly overlapHours?: string;
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('make a second key beside a live one, by its id, and print it, which is shown this once')
    .argument('<id>')
    .option('--overlap-hours <hours>', 'when the one before ends; without it, when you revoke it')
    .option('--expires-in-days <days>', 'when the new one ends by itself')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (id: string, { overlapHours, expiresInDays, ...connection }: RotateOptions) => {
      const body = {
        ...(overlapHours !== undefined && { overlap_seconds: Number(overlapHours) * 3600 }),
        ...(expiresInDays !== undefined && { expires_in_seconds: Number(expiresInDays) * 86_400 }),
      };
      const params = { credential_id: id };
      console.log((await callApi(connection, 'POST /v1/keys/{credential_id}/rotate', { params, body })).key);
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('end a key or token at once, by its id')
    .argument('<id>')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (id: string, connection: Connection) => {
      const params = { credential_id: id };
      await callApi(connection, 'POST /v1/credentials/{credential_id}/revoke', { params });
      console.log(`${id} is revoked`);
    });
}
