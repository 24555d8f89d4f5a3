import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { Credentials } from '../credentials.ts';
import { GRANTS, ROLES, type Role, USER_SETTINGS } from '../roles.ts';

const MIB = 1024 * 1024;

/** Where the engine's files lie, and the arguments that make it read them. */
export type EngineFiles = { readonly engineArguments: readonly string[]; readonly logFile: string };

/** The one folder that the engine of a directory may write backups to and read them from. */
export const backupsFolder = (directory: string): string => join(resolve(directory), 'backups');

/** Most memory that the engine may take: a quarter of the machine, between 1 and 4 GiB. */
export function memoryLimit(total: number = totalmem()): number {
  return Math.min(4096 * MIB, Math.max(1024 * MIB, Math.floor(total / 4)));
}

/** Writes the engine's configuration into the data directory; called at each start, so an upgrade takes effect. */
export function writeEngineFiles(directory: string, credentials: Credentials): EngineFiles {
  const root = resolve(directory);
  const config = join(root, 'config.xml');
  const users = join(root, 'users.xml');
  const logFile = join(root, 'engine.log');
  mkdirSync(join(root, 'engine'), { recursive: true, mode: 0o700 });
  // What a backup or a restore left that was killed.
  rmSync(backupsFolder(root), { recursive: true, force: true });
  mkdirSync(backupsFolder(root), { recursive: true, mode: 0o700 });
  writeFileSync(users, renderUsers(credentials), { mode: 0o600 });
  writeFileSync(config, renderConfig(users, logFile, backupsFolder(root)), { mode: 0o600 });
  return {
    logFile,
    engineArguments: [
      `--config-file=${config}`,
      `--path=${join(root, 'engine')}`,
      '--listen_host=127.0.0.1',
      '--log-level=warning',
    ],
  };
}

/** No `*_log` section: the engine then keeps no system logs, which elsewhere outgrew the data they were about. */
function renderConfig(users: string, logFile: string, backups: string): string {
  return `<clickhouse>
  <users_config>${xml(users)}</users_config>
  <logger><level>warning</level><log>${xml(logFile)}</log><size>10M</size><count>2</count></logger>
  <max_server_memory_usage>${memoryLimit()}</max_server_memory_usage>
  <mark_cache_size>${64 * MIB}</mark_cache_size>
  <index_mark_cache_size>${16 * MIB}</index_mark_cache_size>
  <backups><allowed_path>${xml(backups)}</allowed_path></backups>
  <max_io_thread_pool_free_size>64</max_io_thread_pool_free_size>
  <max_prefixes_deserialization_thread_pool_free_size>64</max_prefixes_deserialization_thread_pool_free_size>
  <max_format_parsing_thread_pool_free_size>64</max_format_parsing_thread_pool_free_size>
  <timezone>UTC</timezone>
  <max_concurrent_queries>100</max_concurrent_queries>
</clickhouse>
`;
}

/** The engine's own session is `default`: without a password, so it may do nothing but open the listeners. */
function renderUsers(credentials: Credentials): string {
  const users = ROLES.map((role) => renderUser(role, credentials)).join('\n');
  const profiles = ROLES.map((role) => `<tollgate_${role}>${settings(role)}</tollgate_${role}>`).join(
    '\n    ',
  );
  return `<clickhouse>
  <users>
    <default>
      <password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
      <grants><query>GRANT SYSTEM LISTEN ON *.*</query></grants>
    </default>
${users}
  </users>
  <profiles>
    <default/>
    ${profiles}
  </profiles>
  <quotas><default/></quotas>
</clickhouse>
`;
}

function renderUser(role: Role, credentials: Credentials): string {
  const { user, password } = credentials[role];
  const grants = GRANTS[role].map((grant) => `<query>GRANT ${xml(grant)}</query>`).join('');
  return `    <${user}>
      <password>${xml(password)}</password><networks><ip>127.0.0.1</ip></networks>
      <profile>tollgate_${role}</profile><quota>default</quota>
      <grants>${grants}</grants>
    </${user}>`;
}

function settings(role: Role): string {
  return Object.entries(USER_SETTINGS[role])
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');
}

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
