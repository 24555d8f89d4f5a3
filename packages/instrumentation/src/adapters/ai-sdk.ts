export { type GateToolsOptions, gateTools, type ToolDetails } from './ai-sdk/gate-tools.ts';
export { type MeterableEmbeddingModel, meterEmbedding } from './ai-sdk/meter-embedding.ts';
export { type MeterableImageModel, meterImage } from './ai-sdk/meter-image.ts';
export { type MeterableModel, meterModel } from './ai-sdk/meter-model.ts';
