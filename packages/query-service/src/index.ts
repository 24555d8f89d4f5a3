export { type AppOptions, createApp } from './app.ts';
export type { Clock, Deps, Settings, Store } from './deps.ts';
export { defineRoute, type Route } from './http/route.ts';
export { type Access, allows, seesTeam, visibleTeams } from './identity/allows.ts';
export type { AgentIdentity, Identity, PersonIdentity } from './identity/identity.ts';
