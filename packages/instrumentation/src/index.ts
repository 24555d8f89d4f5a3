export type {
  CallOptions,
  Escalation,
  Fact,
  GatedTool,
  ModelCall,
  ModelReport,
  ModelUsage,
  ModelUsageReport,
  Parameters,
  Run,
  RunOptions,
  RunResult,
  ShutdownReport,
  StartOptions,
  Tollgate,
  ToolContext,
  ToolDefinition,
  WorkflowSource,
} from './face.ts';
export { ModelRefused, type Refusal, Refused, ToolRefused } from './refused.ts';
export { start } from './start.ts';
