export type { MeterModelOptions } from './langchain/about.ts';
export { type GateToolsOptions, gateTools, type ToolDetails } from './langchain/gate-tools.ts';
export { meterModel } from './langchain/meter-model.ts';
export { type MiddlewareOptions, tollgateMiddleware } from './langchain/middleware.ts';
