export type { Credential, Credentials } from './credentials.ts';
export { StoreError, type StoreErrorCode } from './errors.ts';
export { DATABASE, ROLES, type Role, SERVICE_TABLES, type ServiceTable } from './roles.ts';
export {
  type EmbeddedServer,
  type EmbeddedServerOptions,
  startEmbeddedServer,
} from './server/embedded-server.ts';
export type { ServerEvent } from './server/supervisor.ts';
