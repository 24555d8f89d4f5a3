export { type GateToolsOptions, gateTools, type ToolDetails } from './ai-sdk/gate-tools.ts';
export { type MeterableModel, meterModel } from './ai-sdk/meter-model.ts';
