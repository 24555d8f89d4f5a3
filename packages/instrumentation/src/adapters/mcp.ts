export type { ToolDetails, ToolOptions } from './mcp/details.ts';
export { type GateClientOptions, gateClient } from './mcp/gate-client.ts';
export { type GateServerOptions, gateServer } from './mcp/gate-server.ts';
export { McpToolError } from './mcp/result.ts';
export type { Sampling } from './mcp/sampling.ts';
export type { RequestExtra, RunFor } from './mcp/serve.ts';
