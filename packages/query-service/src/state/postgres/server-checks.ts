import type { Pool } from 'pg';

const OLDEST = 130_000;

/** What nobody would notice before the power fails, or before a name comes back garbled. @throws Error that says what to set */
export async function checkServer(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ version: string; fsync: string; encoding: string; standby: boolean }>(
    `select current_setting('server_version_num') as version, current_setting('fsync') as fsync,
       current_setting('server_encoding') as encoding, pg_is_in_recovery() as standby`,
  );
  const [server] = rows;
  if (server === undefined) throw new Error('PostgreSQL said nothing of itself.');
  if (Number(server.version) < OLDEST) throw new Error('The control state needs PostgreSQL 13 or newer.');
  if (server.encoding !== 'UTF8')
    throw new Error(`The database is encoded in ${server.encoding}. Create it with ENCODING 'UTF8'.`);
  if (server.fsync !== 'on')
    throw new Error('PostgreSQL runs with fsync = off and would lose approvals and grants. Turn it on.');
  if (server.standby) throw new Error('This PostgreSQL is a standby, which only reads. Name the primary.');
}
