export { CONTENT, GEN_AI, METADATA_ATTRIBUTES, MODEL_OPERATIONS, spanName, TOLLGATE } from './attributes.ts';
