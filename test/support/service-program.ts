/**
 * The query service as a process of its own, without an evidence store: `node service-program.ts DIRECTORY PORT YAML_FILE`.
 * Prints one JSON line once it listens. What people and keys it needs it makes on its first start in a directory.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import {
  createAgentKey,
  createPerson,
  createQueryService,
  issueToken,
  SERVER_OPTIONS,
} from '@tollgate/query-service';
import { pino } from 'pino';

const [directory = '', port = '0', yamlFile = ''] = process.argv.slice(2);
const nowhere = createClient({ url: 'http://127.0.0.1:1', log: { level: ClickHouseLogLevel.OFF } });
const service = await createQueryService({
  directory,
  store: { reader: nowhere, service: nowhere },
  logger: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
  background: [],
});
const file = join(directory, 'credentials.json');
if (!existsSync(file)) writeFileSync(file, JSON.stringify(await firstCredentials()));
const credentials = JSON.parse(readFileSync(file, 'utf8'));
const server = createServer(SERVER_OPTIONS, service.app);
server.listen(Number(port), '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  service.start();
  process.stdout.write(`${JSON.stringify({ url, ...credentials })}\n`);
});
// Whoever started it is gone: so is it.
process.stdin.resume().on('end', () => process.exit(0));

async function firstCredentials() {
  const yaml = readFileSync(yamlFile, 'utf8');
  const team = /^team: (\S+)$/m.exec(yaml)?.[1] ?? 'support';
  const workflow = /^workflow: (\S+)$/m.exec(yaml)?.[1] ?? '';
  const tokens: Record<string, string> = {};
  for (const [email, roles] of [
    ['sam@example.com', ['reviewer']],
    ['ana@example.com', ['approver']],
    ['ola@example.com', ['owner', 'admin']],
  ] as const) {
    const person = { email, display_name: email, roles: [...roles], teams: [team], created_by: 'test' };
    await createPerson(service.control, person);
    const { token } = await issueToken(service.control, { email, label: 'test', created_by: 'test' });
    tokens[email] = token;
  }
  const { key } = await createAgentKey(service.control, {
    principal: 'test-agent',
    team,
    workflows: [workflow],
    created_by: 'test',
  });
  return { tokens, key };
}
