export { type AgentLike, gateAgent } from './openai-agents/gate-agent.ts';
export type { ToolDetails } from './openai-agents/gate-invoke.ts';
export { type GateToolsOptions, gateTools } from './openai-agents/gate-tools.ts';
export { type ModelIdentity, meterModel, meterProvider } from './openai-agents/meter-model.ts';
