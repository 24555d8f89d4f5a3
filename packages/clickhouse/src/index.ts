export { type Attached, attachToEngine } from './backup/attach.ts';
export { backupStore, restoreStore } from './backup/backup-store.ts';
export { type Clients, closeClients, createClients } from './clients.ts';
export { type Credential, type Credentials, loadCredentials } from './credentials.ts';
export { StoreError, type StoreErrorCode } from './errors.ts';
export { type MigrationFile, migrationFiles } from './migrations/files.ts';
export { renderMigration, type Target } from './migrations/render.ts';
export { type MigrationOptions, runMigrations } from './migrations/run.ts';
export { type ClickHouse, type OpenOptions, openClickHouse } from './open.ts';
export { priceBookRow, priceEntryRow } from './prices/price-rows.ts';
export type { Disposal } from './retention/disposal.ts';
export {
  type Erasure,
  type ErasureOptions,
  type ErasureTarget,
  eraseContent,
} from './retention/erase-content.ts';
export { applyRetention, DEFAULT_RETENTION, type RetentionDays } from './retention/retention.ts';
export { DATABASE, ROLES, type Role, SERVICE_TABLES, type ServiceTable } from './roles.ts';
export { QUIET_SECONDS } from './schema/rolled-days.ts';
export { backupsFolder } from './server/config-files.ts';
export {
  type EmbeddedServer,
  type EmbeddedServerOptions,
  startEmbeddedServer,
} from './server/embedded-server.ts';
export { findEngineLibrary } from './server/engine-library.ts';
export type { ServerEvent } from './server/supervisor.ts';
export { userStatements } from './users.ts';
