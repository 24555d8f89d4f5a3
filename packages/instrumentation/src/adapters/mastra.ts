export { type GateToolsOptions, gateTools, type ToolDetails } from './mastra/gate-tools.ts';
export { type MeterableModel, meterModel } from './mastra/meter-model.ts';
