export { type GatedServerOptions, gatedServer, type ToolDetails } from './claude-agent-sdk/gated-server.ts';
export { type GovernedQuery, governedQuery } from './claude-agent-sdk/governed-query.ts';
