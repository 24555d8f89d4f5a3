export type { MeterModelOptions } from './langchain/about.ts';
export { type GateToolsOptions, gateTools, type ToolDetails } from './langchain/gate-tools.ts';
export { meterModel } from './langchain/meter-model.ts';
