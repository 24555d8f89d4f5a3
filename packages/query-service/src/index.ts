export { type AppOptions, createApp } from './app.ts';
export type { Clock, ContentPlace, Deps, Settings, Store } from './deps.ts';
export { describeApi } from './describe-api.ts';
export type { PackManifest } from './exports/manifest.ts';
export { type PackVerdict, verifyPack } from './exports/verify-pack.ts';
export { defineRoute, type Route } from './http/route.ts';
export { type Access, allows, seesTeam, visibleTeams } from './identity/allows.ts';
export type { AgentIdentity, Identity, PersonIdentity } from './identity/identity.ts';
export { createAgentKey, revokeCredential } from './identity/keys.ts';
export { createPerson, findPerson, issueToken, type TokenOptions } from './identity/people.ts';
export { registeredWorkflows, spokenFor } from './identity/speaks-for.ts';
export { type Principal, verifyIngestKey } from './identity/verify.ts';
export {
  createQueryService,
  type QueryService,
  type QueryServiceOptions,
  SERVER_OPTIONS,
} from './service.ts';
export { type SingleSignOn, singleSignOn } from './sign-on/sign-on-settings.ts';
export { backupControlState, duringBackup } from './state/backup.ts';
export type { Change, ControlState } from './state/change.ts';
export { type ControlStateOptions, openControlState, type StatePlace } from './state/control-state.ts';
export { moveControlState } from './state/move.ts';
export { withDatabaseLock } from './state/postgres/locks.ts';
export { systemClock } from './state/time.ts';
export { SERVICE_STEP_CHANNEL, SERVICE_STEPS, type ServiceStep, type StepMessage } from './steps.ts';
